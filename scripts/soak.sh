# shellcheck shell=bash
# `./dev soak`: a campaign whose programs and servers are killed on a schedule, and every promise checked. Sourced by ./dev.

run_soak() {
    MESSAGES=${MESSAGES:-10000} KILLS=${KILLS:-30} SEED=${SEED:-1} POLICY=${POLICY:-at-most-once}
    SOAK_CONFIGURATION=${SOAK_CONFIGURATION:-debug}
    take_arguments "MESSAGES KILLS SEED POLICY SOAK_CONFIGURATION" "$@"
    require_number MESSAGES 100 1000000
    require_number KILLS 0 10000
    require_number SEED 0 999999999
    require_choice POLICY at-most-once at-least-once
    require_choice SOAK_CONFIGURATION debug release
    ((KILLS <= MESSAGES / 20)) || fail "KILLS is $KILLS for $MESSAGES messages" "Give at most a twentieth as many"

    make_local
    only_one soak
    install_for build servers
    build_programs "$SOAK_CONFIGURATION"
    heading "$MESSAGES messages, $KILLS faults, seed $SEED, $POLICY: on a PostgreSQL and a RabbitMQ of its own"
    local status=0
    # Its last line is JSON. It stops what it started, also on Ctrl-C.
    "$(program_folder "$SOAK_CONFIGURATION")/veredus-soak" \
        --messages "$MESSAGES" --kills "$KILLS" --seed "$SEED" --policy "$POLICY" || status=$?
    ((status == 0)) || fail "a promise was broken, or a fault missed (status $status)" \
        "Repeat it: ./dev soak MESSAGES=$MESSAGES KILLS=$KILLS SEED=$SEED POLICY=$POLICY"
}
