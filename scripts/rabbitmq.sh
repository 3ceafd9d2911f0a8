# shellcheck shell=bash
# A private RabbitMQ: own node name, cookie, name service (epmd) and data folder, loopback only, no plugins.
# Sourced by ./dev; scripts/servers.sh calls it.

# rabbitmq_up SET: starts the node of that set unless it runs; AMQP_PORT and AMQPS_PORT then name its ports.
rabbitmq_up() {
    local set=$1 folder try
    folder=$(server_folder "$set")/rabbitmq
    server_home "$folder" rabbitmq
    if process_id "$set-rabbitmq" >/dev/null; then
        read -r AMQP_PORT AMQPS_PORT <"$LOCAL/run/$set-rabbitmq.port"
        if await_port "$set-rabbitmq" "$AMQP_PORT" 30; then return; fi
        warn "RabbitMQ runs but does not answer on port $AMQP_PORT: it is started again"
        rabbitmq_down "$set"
    fi
    stop_lost_rabbitmq "$set" "$folder"
    prepare_rabbitmq "$folder"
    for try in 1 2 3; do
        start_rabbitmq "$set" "$folder"
        if await_port "$set-rabbitmq" "$AMQP_PORT" 90; then return; fi
        rabbitmq_down "$set"
        if ((try == 2)) && [ -d "$folder/mnesia" ]; then
            # Whatever a crash left there: PostgreSQL has the truth, and a broker may start empty.
            warn "RabbitMQ does not start with the data of $folder/mnesia: it is moved to $folder/mnesia.broken"
            rm -rf "$folder/mnesia.broken"
            mv "$folder/mnesia" "$folder/mnesia.broken"
        fi
    done
    fail "RabbitMQ does not start" "Read $LOCAL/run/$set-rabbitmq.log; its last words: $(grep -v '^ *$' "$LOCAL/run/$set-rabbitmq.log" | tail -n 3 | tr '\n' ' ')"
}

# The node first, by the id that was written down at its start, then the name service, which outlives it.
rabbitmq_down() {
    stop_process "$1-rabbitmq" TERM 30
    stop_process "$1-epmd" TERM 5
}

# What runs for this folder without a record (a crash of the script, a deleted .local/run) would write to the same data
# or hold the ports: it is stopped first. It is known by the path that it was started with.
stop_lost_rabbitmq() {
    local set=$1 folder=$2 file pid
    rabbitmq_down "$set"
    for file in $(grep -lsxzF "RABBITMQ_PID_FILE=$folder/pid" /proc/[0-9]*/environ || true); do
        pid=${file#/proc/}
        pid=${pid%/environ}
        # The same path in another mount namespace (a container, unshare) is another folder, and another's broker.
        [ "$(readlink "/proc/$pid/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] || continue
        record_process "$set-lost" "$pid" || continue
        say "Stopping process $pid ($(cat "/proc/$pid/comm" 2>/dev/null)), which an earlier run left behind"
        stop_process "$set-lost" TERM 30
    done
}

prepare_rabbitmq() {
    local folder=$1
    # The password was written into the data when they were made.
    [ -s "$KEYS/rabbitmq-password" ] || rm -rf "$folder/mnesia"
    [ -s "$KEYS/rabbitmq-password" ] || (umask 077 && random_hex 16 >"$KEYS/rabbitmq-password")
    [ -s "$KEYS/erlang.cookie" ] || (umask 077 && random_hex 16 >"$KEYS/erlang.cookie")
    install_server_file "$folder" 400 "$KEYS/erlang.cookie"
    mv -f "$folder/erlang.cookie" "$folder/.erlang.cookie"
    install_server_file "$folder" 600 "$LOCAL/tls/server.key" "$LOCAL/tls/server.pem" "$LOCAL/tls/ca.pem"
}

# rabbitmq_environment SET FOLDER: all that the broker's programs may know; nothing of the machine's own broker leaks in.
rabbitmq_environment() {
    RABBITMQ_ENVIRONMENT=(
        PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME="$2"
        RABBITMQ_NODENAME="veredus-$1-$(project_number)@localhost"
        RABBITMQ_CONF_ENV_FILE="$2/environment" RABBITMQ_CONFIG_FILE="$2/rabbitmq.conf"
        RABBITMQ_ADVANCED_CONFIG_FILE="$2/none" RABBITMQ_ENABLED_PLUGINS_FILE="$2/enabled_plugins"
        RABBITMQ_MNESIA_BASE="$2/mnesia" RABBITMQ_LOG_BASE="$2" RABBITMQ_LOGS=-
        RABBITMQ_PID_FILE="$2/pid"
        ERL_EPMD_PORT="$EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1
    )
}

start_rabbitmq() {
    local set=$1 folder=$2 log=$LOCAL/run/$1-rabbitmq.log
    choose_port AMQP_PORT "$set" 1
    choose_port AMQPS_PORT "$set" 2
    choose_port DIST_PORT "$set" 3
    choose_port EPMD_PORT "$set" 4
    printf '%s %s\n' "$AMQP_PORT" "$AMQPS_PORT" >"$LOCAL/run/$set-rabbitmq.port"
    rabbitmq_environment "$set" "$folder"
    write_rabbitmq_files "$folder"
    : >"$log"
    start_process "$set-epmd" "$log" "${AS_OWNER[@]}" env -i --chdir="$folder" "${RABBITMQ_ENVIRONMENT[@]}" \
        epmd -port "$EPMD_PORT" -address 127.0.0.1
    # RUNNING_UNDER_SYSTEMD makes the start script become the node, so that the id we keep is the node's own.
    start_process "$set-rabbitmq" "$log" "${AS_OWNER[@]}" env -i --chdir="$folder" "${RABBITMQ_ENVIRONMENT[@]}" \
        RUNNING_UNDER_SYSTEMD=true RABBITMQ_NODE_PORT="$AMQP_PORT" RABBITMQ_DIST_PORT="$DIST_PORT" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        "$RABBITMQ_BIN/rabbitmq-server"
    write_rabbitmqctl "$set"
}

write_rabbitmq_files() {
    local folder=$1 stage=$LOCAL/run/rabbitmq.files
    rm -rf "$stage"
    (umask 077 && mkdir "$stage")
    cat >"$stage/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
listeners.ssl.1 = 127.0.0.1:$AMQPS_PORT
ssl_options.cacertfile = $folder/ca.pem
ssl_options.certfile = $folder/server.pem
ssl_options.keyfile = $folder/server.key
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
default_user = veredus
default_pass = $(<"$KEYS/rabbitmq-password")
disk_free_limit.absolute = 256MB
log.console.level = warning
CONF
    printf '[].\n' >"$stage/enabled_plugins"
    printf '# The machine-wide file of this name is not read.\n' >"$stage/environment"
    install_server_file "$folder" 600 "$stage"/*
    rm -rf "$stage"
}

# A rabbitmqctl for this very node: tests raise alarms with it, and people look around.
write_rabbitmqctl() {
    local tool=$LOCAL/run/$1-rabbitmqctl
    {
        printf '#!/bin/sh\n# rabbitmqctl for the private broker.\nexec'
        printf ' %q' "${AS_OWNER[@]}" env -i --chdir="$(server_folder "$1")/rabbitmq" "${RABBITMQ_ENVIRONMENT[@]}" "$RABBITMQ_BIN/rabbitmqctl"
        printf ' "$@"\n'
    } >"$tool"
    chmod 755 "$tool"
}

amqp_url() { printf 'amqp://veredus:%s@127.0.0.1:%s' "$(<"$KEYS/rabbitmq-password")" "$1"; }
amqps_url() { printf 'amqps://veredus:%s@localhost:%s' "$(<"$KEYS/rabbitmq-password")" "$1"; }
