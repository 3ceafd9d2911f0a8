# shellcheck shell=bash
# The one place that knows what our programs are called and how they are told where things are. Sourced by ./dev.

ROLES=(owner admin producer worker web recorder inbound)

# make_keys: passwords of the database roles and the signing keys, made once; the same for demo and tests.
make_keys() {
    local role
    (
        umask 077
        if [ ! -s "$KEYS/role-passwords" ]; then
            for role in "${ROLES[@]}"; do printf 'veredus_%s=%s\n' "$role" "$(random_hex 16)"; done >"$KEYS/role-passwords.new"
            mv "$KEYS/role-passwords.new" "$KEYS/role-passwords"
        fi
        [ -s "$KEYS/token-key" ] || random_hex 32 >"$KEYS/token-key"
        [ -s "$KEYS/address-key" ] || random_hex 32 >"$KEYS/address-key"
    )
}

role_password() { sed -n "s/^veredus_$1=//p" "$KEYS/role-passwords"; }

# database_url ROLE DATABASE
database_url() {
    printf 'postgresql://veredus_%s:%s@127.0.0.1:%s/%s?sslmode=disable' "$1" "$(role_password "$1")" "$POSTGRES_PORT" "$2"
}

# site_url: where the web side is found: on this machine where one is started, nowhere otherwise.
site_url() {
    if [ -n "${WEB_PORT:-}" ]; then printf 'http://127.0.0.1:%s' "$WEB_PORT"; else printf 'https://t.example.test'; fi
}

# settings_of ROLE DATABASE SMTP_PORT STATE_FOLDER: a settings file's lines for the program of that role.
settings_of() {
    cat <<SETTINGS
VEREDUS_DATABASE_URL=$(database_url "$1" "$2")
VEREDUS_AMQP_URL=$(amqp_url "$AMQP_PORT")
VEREDUS_SMTP_URL=smtp://127.0.0.1:$3
VEREDUS_SMTP_STARTTLS=off
VEREDUS_TOKEN_KEYS=1:$(<"$KEYS/token-key")
VEREDUS_ADDRESS_KEY=1:$(<"$KEYS/address-key")
VEREDUS_TRACKING_URL=$(site_url)
VEREDUS_DASHBOARD_URL=$(site_url)
VEREDUS_BOUNCE_DOMAIN=bounces.example.test
VEREDUS_EHLO_NAME=sender.example.test
VEREDUS_STATE_DIRECTORY=$4
SETTINGS
    [ "$1" != owner ] || printf 'VEREDUS_OWNER_URL=%s\n' "$(database_url owner "$2")"
    if [ "$1" = web ] && [ -n "${WEB_PORT:-}" ]; then
        printf 'VEREDUS_WEB_LISTEN=127.0.0.1:%s\nVEREDUS_WEB_TRUSTED_PROXIES=127.0.0.1\n' "$WEB_PORT"
    fi
    if [ "$1" = inbound ] && [ -n "${INBOUND_PORT:-}" ]; then
        printf 'VEREDUS_INBOUND_LISTEN=127.0.0.1:%s\nVEREDUS_INBOUND_PROTOCOL=smtp\n' "$INBOUND_PORT"
    fi
}

# write_settings FOLDER DATABASE SMTP_PORT: FOLDER/settings/ROLE.env for each program, FOLDER/env for shells.
write_settings() {
    local folder=$1 role line
    make_keys
    rm -rf "$folder/settings"
    (
        umask 077
        mkdir -p "$folder/settings" "$folder/state"
        for role in owner admin producer worker web recorder inbound; do
            settings_of "$role" "$2" "$3" "$folder/state" >"$folder/settings/$role.env"
        done
        {
            printf '# How to reach the private servers; written by ./dev, good until they are stopped. For: source %s\n' "$folder/env"
            while IFS= read -r line; do
                printf 'export %s=%q\n' "${line%%=*}" "${line#*=}"
            done < <(
                settings_of admin "$2" "$3" "$folder/state"
                test_settings
            )
        } >"$folder/env.new"
        mv "$folder/env.new" "$folder/env"
    )
}

# test_settings: what the tests read; a name and a value a line. Empty until the servers for tests have run once.
test_settings() {
    local postgres amqp amqps
    postgres=$(cat "$LOCAL/run/test-postgres.port" 2>/dev/null) || return 0
    read -r amqp amqps 2>/dev/null <"$LOCAL/run/test-rabbitmq.port" || return 0
    cat <<SETTINGS
VEREDUS_TEST_POSTGRES_URL=$(superuser_url "$postgres" postgres)
VEREDUS_TEST_AMQP_URL=$(amqp_url "$amqp")
VEREDUS_TEST_AMQPS_URL=$(amqps_url "$amqps")
VEREDUS_TEST_TLS_CA=$LOCAL/tls/ca.pem
VEREDUS_TEST_RABBITMQCTL=$LOCAL/run/test-rabbitmqctl
VEREDUS_TEST_POSTFIX=$POSTFIX
VEREDUS_TEST_PYTHON=$VENV/bin/python
VEREDUS_SMTP_SINK=$POSTFIX/bin/smtp-sink
SETTINGS
}

# export_lines: exports the NAME=VALUE lines on standard input.
export_lines() {
    local line
    while IFS= read -r line; do
        # shellcheck disable=SC2163  # the line is NAME=VALUE
        export "$line"
    done
}

# only_settings FILE: a settings file's lines in the environment, and no other VEREDUS_ setting. For subshells.
only_settings() {
    local name
    for name in "${!VEREDUS_@}"; do unset "$name"; done
    export_lines <"$1"
}

# with_settings FILE COMMAND…
with_settings() {
    local file=$1
    shift
    (
        only_settings "$file"
        exec "$@"
    )
}

# start_program NAME SETTINGS_FILE COMMAND…: in the background, with its log in .local/run.
start_program() {
    local name=$1 file=$2 log=$LOCAL/run/$1.log
    shift 2
    : >"$log"
    (
        only_settings "$file"
        start_process "$name" "$log" "$@"
    )
}

# start_simulator NAME PROGRAMS PORT FOLDER OPTION…: our mail world: records what it accepts, keeps the messages in
# FOLDER/spool.
start_simulator() {
    local name=$1 programs=$2 port=$3 folder=$4
    shift 4
    : >"$LOCAL/run/$name.log"
    start_process "$name" "$LOCAL/run/$name.log" "$programs/veredus-simulator" --port "$port" \
        --record "$folder/record.jsonl" --spool "$folder/spool" "$@"
}

# stop_programs OWNER: whatever runs of "demo" or "bench", in the order that loses least.
stop_programs() {
    local file name
    for name in producer worker web recorder inbound simulator sink hello; do
        for file in "$LOCAL/run/$1-$name"*.pid; do
            [ -e "$file" ] || continue
            file=${file##*/}
            stop_process "${file%.pid}" TERM 40
        done
    done
}

# migrate FOLDER PROGRAMS: roles and database as superuser, then the schema as its owner; as far as they are missing.
migrate() {
    local remedy="Read the message above; FRESH=1 begins with an empty database"
    with_settings "$1/settings/owner.env" env VEREDUS_ROLE_PASSWORDS="$KEYS/role-passwords" \
        "$2/veredus" migrate --bootstrap "$(superuser_url "$POSTGRES_PORT" postgres)" ||
        fail "roles and database could not be made" "$remedy"
    with_settings "$1/settings/owner.env" "$2/veredus" migrate || fail "the schema could not be brought up to date" "$remedy"
}
