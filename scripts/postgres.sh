# shellcheck shell=bash
# A private PostgreSQL: own data folder, loopback only, TLS offered, passwords required, all of its safety switched on.
# Sourced by ./dev; scripts/servers.sh calls it.

# postgres_up SET: starts the cluster of that set unless it runs; POSTGRES_PORT then names its port.
postgres_up() {
    local set=$1 folder
    folder=$(server_folder "$set")/postgres
    server_home "$folder" postgres
    adopt_postgres "$set" "$folder"
    if process_id "$set-postgres" >/dev/null; then
        POSTGRES_PORT=$(<"$LOCAL/run/$set-postgres.port")
        if await_postgres "$set" "$POSTGRES_PORT" 20; then return; fi
        warn "PostgreSQL runs but does not answer on port $POSTGRES_PORT: it is started again"
        stop_process "$set-postgres" INT 20
    fi
    set_aside_foreign_data "$folder"
    [ -d "$folder/data" ] || make_cluster "$folder"
    install_server_file "$folder" 600 "$LOCAL/tls/server.key" "$LOCAL/tls/server.pem"

    local try
    for try in 1 2 3; do
        choose_port POSTGRES_PORT "$set" 0
        start_postgres "$set" "$folder" "$POSTGRES_PORT"
        if await_postgres "$set" "$POSTGRES_PORT" 60; then return; fi
        stop_process "$set-postgres" INT 10
        # The port was taken between the look and the start, or the backends of a killed server are still leaving.
        ((try < 3)) && sleep 1
    done
    fail "PostgreSQL does not start" "Read $LOCAL/run/$set-postgres.log; its last words: $(tail -n 2 "$LOCAL/run/$set-postgres.log" | tr '\n' ' ')"
}

postgres_down() { stop_process "$1-postgres" INT 30; }

# make_cluster FOLDER: whole or not at all, so that an interrupted initdb leaves nothing that looks like a cluster.
make_cluster() {
    local folder=$1
    say "Making a PostgreSQL cluster in ${folder#"$ROOT/"}"
    rm -rf "$folder/data.new"
    [ -s "$KEYS/postgres-password" ] || (umask 077 && random_hex 16 >"$KEYS/postgres-password")
    install_server_file "$folder" 600 "$KEYS/postgres-password"
    "${AS_OWNER[@]}" env --chdir="$folder" "$(postgres_bin)/initdb" --pgdata "$folder/data.new" --username postgres --no-sync \
        --pwfile "$folder/postgres-password" --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-instructions \
        >"$LOCAL/run/initdb.log" 2>&1 || fail "initdb failed" "Read $LOCAL/run/initdb.log: $(tail -n 1 "$LOCAL/run/initdb.log")"
    rm -f "$folder/postgres-password"
    mv "$folder/data.new" "$folder/data"
}

# Data of another major version, or whose password is lost, is of no use here. It holds tests and demos: it makes way.
set_aside_foreign_data() {
    local folder=$1 version
    [ -d "$folder/data" ] || return 0
    version=$(cat "$folder/data/PG_VERSION" 2>/dev/null || echo unknown)
    if [ ! -s "$KEYS/postgres-password" ] || [[ $(postgres_bin) != */"$version"/bin ]]; then
        warn "the PostgreSQL $version data in $folder cannot be used here: it is moved to $folder/data.$version"
        rm -rf "$folder/data.$version"
        mv "$folder/data" "$folder/data.$version"
    fi
}

# A server of ours whose record was lost (a crash of the script, a deleted .local/run) is taken over again, not fought.
adopt_postgres() {
    local set=$1 folder=$2 pid port
    process_id "$set-postgres" >/dev/null && return
    pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) || return 0
    port=$(sed -n 4p "$folder/data/postmaster.pid" 2>/dev/null)
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-D $folder/data "; then
        record_process "$set-postgres" "$pid"
        printf '%s' "$port" >"$LOCAL/run/$set-postgres.port"
    elif kill -0 "$pid" 2>/dev/null; then
        # The crashed server's id belongs to some other program now, which PostgreSQL would take for itself.
        say "Removing the lock file that a crashed PostgreSQL left behind"
        rm -f "$folder/data/postmaster.pid"
    fi
}

start_postgres() {
    local set=$1 folder=$2 port=$3
    printf '%s' "$port" >"$LOCAL/run/$set-postgres.port"
    start_process "$set-postgres" "$LOCAL/run/$set-postgres.log" "${AS_OWNER[@]}" \
        env -i --chdir="$folder" PATH=/usr/bin:/bin LANG=C.UTF-8 TZ=UTC "$(postgres_bin)/postgres" -D "$folder/data" \
        -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories= \
        -c ssl=on -c ssl_cert_file="$folder/server.pem" -c ssl_key_file="$folder/server.key" \
        -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=2GB \
        -c fsync=on -c full_page_writes=on -c synchronous_commit=on \
        -c track_io_timing=off -c log_line_prefix='%m [%p] %u@%d '
}

await_postgres() {
    local ends=$((SECONDS + $3))
    while ! sql "$2" postgres 'SELECT 1' >/dev/null 2>&1; do
        process_id "$1-postgres" >/dev/null && ((SECONDS < ends)) || return 1
        sleep 0.1
    done
}

# superuser_url PORT DATABASE
superuser_url() {
    printf 'postgresql://postgres:%s@127.0.0.1:%s/%s?sslmode=disable' "$(<"$KEYS/postgres-password")" "$1" "$2"
}

# sql PORT DATABASE STATEMENT: as superuser; prints bare values.
sql() {
    PGPASSWORD=$(<"$KEYS/postgres-password") PGCONNECT_TIMEOUT=5 PGSSLMODE=disable "$(postgres_bin)/psql" \
        --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
        --host 127.0.0.1 --port "$1" --username postgres --dbname "$2" --command "$3"
}
