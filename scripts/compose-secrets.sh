#!/usr/bin/env bash
# compose-secrets.sh [FOLDER]: makes what docker-compose.yml asks for and no repository may hold: passwords and keys.
#
# Writes FOLDER/.env (by default here, where docker compose reads it) and leaves one that is there alone.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-.}/.env
if [ -e "$target" ]; then
    printf 'error: %s is there already. Delete it to make new passwords; the volumes then need deleting, too.\n' "$target" >&2
    exit 1
fi
random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
{
    printf '# Made by scripts/compose-secrets.sh. Keep the address key: without it no opt-out can be recognised.\n'
    for name in POSTGRES_PASSWORD RABBITMQ_PASSWORD OWNER_PASSWORD ADMIN_PASSWORD PRODUCER_PASSWORD WORKER_PASSWORD \
        WEB_PASSWORD RECORDER_PASSWORD INBOUND_PASSWORD; do
        printf '%s=%s\n' "$name" "$(random_hex 16)"
    done
    printf 'TOKEN_KEYS=1:%s\nADDRESS_KEY=1:%s\n' "$(random_hex 32)" "$(random_hex 32)"
} >"$target.new"
mv "$target.new" "$target"
printf 'Written: %s\n' "$target"
