# shellcheck shell=bash
# The private servers together: up, down, who still uses them, and what others must know to use them. Sourced by ./dev.
#
# A set is a PostgreSQL and a RabbitMQ: "dev" for the demo and people, "test" for tests (which give the database roles
# passwords of their own, and take from the queues what they find), "bench" for measuring, always fresh.

# server_folder SET: below .local; where the servers' own users cannot get there (a project in /root), below /var/tmp.
server_folder() {
    local home=$LOCAL/servers
    if [ "$EUID" -eq 0 ] && id postgres >/dev/null 2>&1 &&
        ! setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$LOCAL" 2>/dev/null; then
        home=/var/tmp/veredus-$(project_number)-$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)
    fi
    printf '%s/%s' "$home" "$1"
}

# server_home FOLDER USER: makes the folder, and sets AS_OWNER: how to run a command as the one whom it belongs to.
#
# PostgreSQL refuses root and RabbitMQ should not have it: root hands the folder to USER, others keep it themselves.
server_home() {
    local folder=$1 user=$2 parent owner
    parent=$(dirname "$(dirname "$folder")")
    mkdir -p "$parent"
    if [ -L "$parent" ] || { [ ! -O "$parent" ] && [ "$EUID" -ne 0 ]; }; then
        fail "$parent belongs to $(stat -c %U "$parent") or is a link" "Run ./dev as that user, or delete it"
    fi
    mkdir -p "$(dirname "$folder")"
    chmod 755 "$parent" "$(dirname "$folder")"
    if [ ! -d "$folder" ]; then
        mkdir -m 700 "$folder"
        if [ "$EUID" -eq 0 ]; then
            id "$user" >/dev/null 2>&1 || fail "there is no user '$user', which Debian's package makes" "As root, type: useradd --system $user"
            chown "$user:$(id -gn "$user")" "$folder"
        fi
    fi
    owner=$(stat -c %u "$folder")
    # shellcheck disable=SC2034  # read by the servers' own parts
    AS_OWNER=()
    if [ "$EUID" -eq 0 ]; then
        ((owner != 0)) || fail "$folder belongs to root, and the server will not run as root" "Delete the folder"
        # shellcheck disable=SC2034
        AS_OWNER=(setpriv "--reuid=$owner" "--regid=$(stat -c %g "$folder")" --clear-groups)
    elif ((owner != EUID)); then
        fail "$folder belongs to $(stat -c %U "$folder"): ./dev ran here as another user" "Run it as that user (root?) again, or delete $folder as root"
    fi
}

# install_server_file FOLDER MODE FILE…: copies into a server's folder, owned by the server.
install_server_file() {
    local folder=$1 mode=$2
    shift 2
    if [ "$EUID" -eq 0 ]; then
        install -m "$mode" -o "$(stat -c %u "$folder")" -g "$(stat -c %g "$folder")" "$@" "$folder/"
    else
        install -m "$mode" "$@" "$folder/"
    fi
}

# servers_up SET: both servers, one command at a time; then writes down how to reach them.
servers_up() {
    make_local
    exec 7>"$LOCAL/run/servers.lock"
    flock -w 300 7 || fail "another ./dev has been starting or stopping servers for 5 minutes" "Look for it: ps ax | grep dev"
    make_certificates "$LOCAL/tls"
    postgres_up "$1"
    rabbitmq_up "$1"
    exec 7>&-
}

servers_down() {
    exec 7>"$LOCAL/run/servers.lock"
    flock -w 300 7 || warn "another ./dev has been starting or stopping servers for 5 minutes: not waiting any longer"
    rabbitmq_down "$1"
    postgres_down "$1"
    exec 7>&-
}

# use_servers SET: up, and down again at the end, unless somebody else uses them still or `services-up` asked for them.
#
# Each user holds a shared lock, which the kernel takes back whatever becomes of us; the last one out stops them.
use_servers() {
    make_local
    exec 8>>"$LOCAL/run/$1.users" # shared among all who may read it
    flock -s -w 60 8 || fail "the private servers are being stopped by another ./dev" "Try again in a moment"
    on_exit "leave_servers $1"
    heading "Starting PostgreSQL and RabbitMQ (private, on 127.0.0.1)"
    servers_up "$1"
}

leave_servers() {
    if [ -e "$LOCAL/run/$1.keep" ]; then return; fi
    if flock -x -n 8; then
        say "Stopping PostgreSQL and RabbitMQ"
        servers_down "$1"
    else
        say "PostgreSQL and RabbitMQ stay up: another ./dev is using them"
    fi
    exec 8>&-
}

run_services_up() {
    take_arguments "" "$@"
    install_for build servers
    heading "Starting PostgreSQL and RabbitMQ (private, on 127.0.0.1)"
    servers_up test
    touch "$LOCAL/run/test.keep"
    say "For tests:      $(superuser_url "$POSTGRES_PORT" postgres)"
    say "                $(amqp_url "$AMQP_PORT")"
    say "                $(amqps_url "$AMQPS_PORT")  (authority: .local/tls/ca.pem)"
    servers_up dev
    touch "$LOCAL/run/dev.keep"
    write_settings "$LOCAL" veredus 2525
    say "For the demo:   $(superuser_url "$POSTGRES_PORT" postgres)"
    say "                $(amqp_url "$AMQP_PORT")"
    say ""
    say "They stay up. To use them from a shell: source .local/env    To stop them: ./dev services-down"
}

run_services_down() {
    take_arguments "" "$@"
    make_local
    rm -f "$LOCAL/run/"*.keep
    stop_programs demo
    stop_programs bench
    servers_down dev
    servers_down test
    servers_down bench
    say "Stopped."
}
