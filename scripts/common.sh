# shellcheck shell=bash
# What every part uses: messages, arguments, and what is to be done when the script ends. Sourced by ./dev.

LOCAL=$ROOT/.local
KEYS=$LOCAL/keys # passwords and keys, made once; without them the data that they open is of no use
export SWIFT_BACKTRACE=${SWIFT_BACKTRACE:-enable=no}

say() { printf '%s\n' "$*"; }

heading() {
    if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

warn() { printf 'warning: %s\n' "$*" >&2; }

# fail WHAT REMEDY: what went wrong, and what a person can do about it.
fail() {
    printf 'error: %s. %s.\n' "$1" "$2" >&2
    exit 1
}

# What was registered with `on_exit` runs once, last first, however the script ends; a second Ctrl-C does not stop it.
EXIT_STEPS=()
on_exit() { EXIT_STEPS+=("$*"); }

finish() {
    local status=$? step
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    for ((step = ${#EXIT_STEPS[@]} - 1; step >= 0; step--)); do
        eval "${EXIT_STEPS[$step]}"
    done
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# take_arguments "NAME NAME" ARGUMENT…: sets NAME=VALUE arguments as variables, and refuses what is not in the list.
take_arguments() {
    local allowed=" $1 " argument
    shift
    for argument in "$@"; do
        [[ $argument == *=* && $allowed == *" ${argument%%=*} "* ]] ||
            fail "'$argument' is not understood here" "Give NAME=VALUE with a NAME of:${allowed% }"
        printf -v "${argument%%=*}" '%s' "${argument#*=}"
    done
}

# require_number NAME LEAST MOST: stops unless the variable NAME holds such a number.
require_number() {
    if [[ ! ${!1} =~ ^[0-9]{1,9}$ ]] || ((10#${!1} < $2 || 10#${!1} > $3)); then
        fail "$1 is '${!1}', not a whole number from $2 to $3" "Give for example $1=$2"
    fi
}

# require_choice NAME WORD…: stops unless the variable NAME holds one of the words.
require_choice() {
    local name=$1 word
    shift
    for word in "$@"; do [ "${!name}" = "$word" ] && return; done
    fail "$name is '${!name}'" "Give one of: $*"
}

# Folders of ours; others may enter (the servers run as users of their own), nobody else may write.
make_local() {
    mkdir -p "$LOCAL" 2>/dev/null || fail "cannot make the folder $LOCAL" "Check who owns $ROOT: $(id -un) must be able to write there"
    [ -w "$LOCAL" ] || fail "$LOCAL belongs to $(stat -c %U "$LOCAL")" "Run ./dev as that user, or delete the folder"
    chmod 755 "$LOCAL"
    mkdir -p "$LOCAL/run" "$KEYS"
    chmod 700 "$KEYS"
}

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# only_one NAME: stops when another such command runs; the kernel takes the lock back whatever becomes of us.
only_one() {
    exec 9>>"$LOCAL/run/$1.lock"
    flock -n 9 || fail "another './dev $1' runs in this folder" "Wait for it, or stop it with Ctrl-C in its terminal"
}
