#!/usr/bin/env bash
# Shows that `./dev services-up` and `services-down` survive what happens to servers: kills, crashes, busy ports.
#
# Takes about a minute. Uses the servers of this folder, and leaves them stopped.
set -euo pipefail
cd "$(dirname "$0")/.."

run=.local/run
passed=0 failed=0

# expect REASON COMMAND…
expect() {
    local reason=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        printf 'ok    %s\n' "$reason"
    else
        failed=$((failed + 1))
        printf 'FAIL  %s\n' "$reason"
    fi
}

up() { timeout 120 ./dev services-up >"$run/test-servers.log" 2>&1; }
down() { timeout 120 ./dev services-down >>"$run/test-servers.log" 2>&1; }
pid_of() { cut -d' ' -f1 "$run/dev-$1.pid"; }
port_of() { cut -d' ' -f1 "$run/dev-$1.port"; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
both_listen() { listens "$(port_of postgres)" && listens "$(port_of rabbitmq)"; }
runs() { [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; } # a zombie waits for init only
gone() {
    local pid
    for pid in "$@"; do runs "$pid" && return 1; done
    return 0
}
quietly() { "$@" >/dev/null 2>&1; }
says() { grep -q -- "$1" "$run/test-servers.log"; }
await_gone() {
    local pid
    for pid in "$@"; do
        while runs "$pid"; do sleep 0.1; done
    done
}

mkdir -p "$run"
down
trap 'quietly down; rm -f "$run/test-servers.log"' EXIT

expect "they start" up
expect "both answer" both_listen
postgres=$(pid_of postgres) rabbitmq=$(pid_of rabbitmq) epmd=$(pid_of epmd)
expect "no server runs as root" test "$(stat -c %u "/proc/$postgres")" -ne 0 -a "$(stat -c %u "/proc/$rabbitmq")" -ne 0
expect "the environment file is private" test "$(stat -c %a .local/env)" = 600
expect "a second start succeeds" up
expect "it starts nothing anew" test "$(pid_of postgres) $(pid_of rabbitmq)" = "$postgres $rabbitmq"
expect "they stop" down
expect "nothing is left, the name service neither" gone "$postgres" "$rabbitmq" "$epmd"
expect "stopping twice is no error" down

up
kill -9 "$(pid_of postgres)" "$(pid_of rabbitmq)"
await_gone "$(pid_of postgres)" "$(pid_of rabbitmq)"
expect "they start again after kill -9" up
expect "and answer" both_listen

postgres=$(pid_of postgres) rabbitmq=$(pid_of rabbitmq) epmd=$(pid_of epmd)
rm -f "$run"/dev-*.pid
expect "servers whose record was lost are found, not fought" up
expect "PostgreSQL is the same one" test "$(pid_of postgres)" = "$postgres"
expect "RabbitMQ is another one, and the first is gone" gone "$rabbitmq"
expect "nor does the first name service linger" gone "$epmd"

kill -9 "$(pid_of rabbitmq)" "$(pid_of postgres)"
await_gone "$(pid_of rabbitmq)" "$(pid_of postgres)"
data=$(./dev server-folder dev) # where they keep their data
sed -i "1s/.*/$$/" "$data/postgres/data/postmaster.pid"
expect "a lock file that names a living stranger is seen through" up

down
port=$(port_of postgres)
python3 -c '
import signal, socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(); print("ready", flush=True); signal.alarm(300); signal.pause()' \
    "$port" >"$run/test-servers.ready" &
squatter=$!
while [ ! -s "$run/test-servers.ready" ]; do sleep 0.1; done
expect "a busy port is not fought over" up
expect "it is said" says "usual port for POSTGRES_PORT is busy"
expect "another one is taken" test "$(port_of postgres)" != "$port"
down
export VEREDUS_POSTGRES_PORT=$port
if up; then status=0; else status=$?; fi
expect "a port that was asked for and is busy is an error" test "$status" -ne 0
expect "which names the setting" says VEREDUS_POSTGRES_PORT
unset VEREDUS_POSTGRES_PORT
kill "$squatter" 2>/dev/null || true
rm -f "$run/test-servers.ready"

down
rm -rf "$data/rabbitmq/mnesia"
mkdir -p "$data/rabbitmq/mnesia"
printf 'broken' >"$data/rabbitmq/mnesia/$(printf 'veredus')"
expect "RabbitMQ starts from data that a crash has spoilt" up
down

printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0))
