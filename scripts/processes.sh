# shellcheck shell=bash
# Processes that outlive a command: each has a file with its id and its start time, so that a recycled id is never
# mistaken for it. Only what stands in such a file is ever signalled. Sourced by ./dev.

# started_at PID: when the kernel started it, in ticks since boot; fails when it is gone or a zombie.
started_at() {
    local line
    { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    line=${line##*) }
    # shellcheck disable=SC2086  # the fields are numbers; splitting them is the purpose
    set -- $line
    [ "$1" != Z ] && [ "$1" != X ] && printf '%s' "${20}"
}

process_file() { printf '%s' "$LOCAL/run/$1.pid"; }

# record_process NAME PID
record_process() {
    local began
    began=$(started_at "$2") || return 1
    printf '%s %s\n' "$2" "$began" >"$(process_file "$1")"
}

# process_id NAME: prints the id when that very process still runs.
process_id() {
    local pid began
    read -r pid began 2>/dev/null <"$(process_file "$1")" || return 1
    [ "$(started_at "$pid")" = "$began" ] && printf '%s' "$pid"
}

# start_process NAME LOG COMMAND…: in a session of its own, so that Ctrl-C reaches it only through us.
start_process() {
    local name=$1 log=$2
    shift 2
    setsid "$@" </dev/null >>"$log" 2>&1 7>&- 8>&- 9>&- &
    record_process "$name" $! || fail "'$name' ended as soon as it was started" "Read $log: $(tail -n 3 "$log" 2>/dev/null)"
    disown $! 2>/dev/null || true
}

# stop_process NAME SIGNAL SECONDS: asks, waits, and then insists.
stop_process() {
    local name=$1 signal=$2 ends=$((SECONDS + $3)) pid
    if pid=$(process_id "$name"); then
        kill -s "$signal" "$pid" 2>/dev/null || true
        while process_id "$name" >/dev/null && ((SECONDS < ends)); do sleep 0.1; done
        if process_id "$name" >/dev/null; then
            warn "'$name' (process $pid) did not stop within $3 s and was killed"
            kill -s KILL "$pid" 2>/dev/null || true
            while process_id "$name" >/dev/null; do sleep 0.1; done
        fi
    fi
    rm -f "$(process_file "$name")"
}

# port_is_busy PORT: whether any socket of this machine, but one that is only winding down, has this local port.
port_is_busy() {
    awk -v port="$(printf '%04X' "$1")" \
        '$2 ~ ":" port "$" && $4 != "06" { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# answers PORT: whether something accepts connections there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# choose_port VARIABLE SET OFFSET: a port nobody has, below the range that the kernel gives out by itself.
#
# Each project folder has thirty ports of its own to begin with, ten for a set of servers, so that two clones do not
# meet; where one is busy, thirty further on is tried. VEREDUS_<VARIABLE> in the environment fixes one for the set "dev".
choose_port() {
    local fixed=VEREDUS_$1 port=$((20000 + $(project_number) * 30 + $3)) try
    if [ "$2" = dev ] && [ -n "${!fixed:-}" ]; then
        require_number "$fixed" 1 65535
        port_is_busy "${!fixed}" && fail "port ${!fixed}, which $fixed asks for, is busy" "Unset $fixed, and a free one is taken"
        printf -v "$1" '%s' "${!fixed}"
        return
    fi
    case $2 in
        test) port=$((port + 10)) ;;
        bench) port=$((port + 20)) ;;
    esac
    for ((try = 0; try < 200; try++, port += 30)); do
        if ! port_is_busy "$port"; then
            ((try == 0)) || say "The usual port for $1 is busy: taking $port"
            printf -v "$1" '%s' "$port"
            return
        fi
    done
    fail "no free port was found for $1" "See what listens on this machine: cat /proc/net/tcp"
}

# A number from 0 to 299 that belongs to this folder.
project_number() {
    local sum
    sum=$(printf '%s' "$ROOT" | cksum)
    printf '%s' $((${sum%% *} % 300))
}

# await_port NAME PORT SECONDS: until process NAME accepts connections; fails when it ends or the time is up.
await_port() {
    local ends=$((SECONDS + $3))
    while ! answers "$2"; do
        process_id "$1" >/dev/null || return 1
        ((SECONDS < ends)) || return 1
        sleep 0.1
    done
}

# await_file NAME FILE SECONDS: until process NAME has written FILE.
await_file() {
    local ends=$((SECONDS + $3))
    while [ ! -s "$2" ]; do
        process_id "$1" >/dev/null || return 1
        ((SECONDS < ends)) || return 1
        sleep 0.1
    done
}
