# shellcheck shell=bash
# `./dev bench`: the whole pipeline, release build, fresh servers, and at the end Postfix's smtp-sink, which is fast, or
# our simulator, which can be slow. Sourced by ./dev.

run_bench() {
    local argument
    for argument in "$@"; do
        if [ "$argument" = SCENARIO=web ]; then
            run_bench_web "$@"
            return
        fi
    done
    SCENARIO=${SCENARIO:-whole} RECIPIENTS=${RECIPIENTS:-} JOBS_PER_MESSAGE=${JOBS_PER_MESSAGE:-1}
    QUEUE_TYPE=${QUEUE_TYPE:-quorum} CONNECTIONS=${CONNECTIONS:-100} DELAY_MS=${DELAY_MS:-0} OUTPUT=${OUTPUT:-}
    take_arguments "SCENARIO RECIPIENTS JOBS_PER_MESSAGE QUEUE_TYPE CONNECTIONS DELAY_MS OUTPUT" "$@"
    require_choice SCENARIO whole fair bounces
    if [ "$SCENARIO" = bounces ]; then
        bench_bounces
        return
    fi
    # Fairness is measured beside a larger campaign, and against a server that can be slow.
    RECIPIENTS=${RECIPIENTS:-$([ "$SCENARIO" = fair ] && echo 200000 || echo 100000)}
    if [ "$SCENARIO" = fair ]; then require_number RECIPIENTS 10000 10000000; else require_number RECIPIENTS 100 10000000; fi
    require_number JOBS_PER_MESSAGE 1 256
    require_number CONNECTIONS 1 400
    require_number DELAY_MS 0 10000
    require_choice QUEUE_TYPE quorum classic
    if [ -z "$OUTPUT" ]; then
        OUTPUT=Benchmarks/results/latest
        if ((DELAY_MS > 0)); then OUTPUT=Benchmarks/results/delay; fi
        if [ "$SCENARIO" = fair ]; then OUTPUT=Benchmarks/results/fair; fi
    fi
    BENCH_SINK=bench-sink BENCH_LANES=default
    if ((DELAY_MS > 0)); then BENCH_SINK=bench-simulator; fi
    if [ "$SCENARIO" = fair ]; then BENCH_SINK=bench-simulator BENCH_LANES=default,slow; fi

    BENCH=$LOCAL/bench
    BENCH_PROGRAMS=$(program_folder release)
    make_local
    only_one bench
    install_for build servers python
    fetch_postfix
    heading "Building (release)"
    build_release

    begin_bench
    if [ "$SCENARIO" = fair ]; then
        measure_fairness
    else
        prepare_campaign
        measure_campaign
    fi
    say "Written: $OUTPUT.json and $OUTPUT.txt"
}

# begin_bench: empty servers, empty database, the sink, the programs.
begin_bench() {
    local role
    stop_programs bench
    servers_down bench
    rm -rf "${BENCH:?}" "$(server_folder bench)"
    mkdir -p "$BENCH" "$(dirname "$OUTPUT")"
    on_exit "rm -rf '$(server_folder bench)'"
    use_servers bench
    on_exit "stop_programs bench"
    choose_port SINK_PORT bench 5
    write_settings "$BENCH" veredus "$SINK_PORT"
    for role in producer worker; do
        printf '%s\n' "VEREDUS_JOBS_PER_MESSAGE=$JOBS_PER_MESSAGE" "VEREDUS_QUEUE_TYPE=$QUEUE_TYPE" \
            "VEREDUS_SMTP_CONNECTIONS=$CONNECTIONS" >>"$BENCH/settings/$role.env"
    done
    migrate "$BENCH" "$BENCH_PROGRAMS"
    if [ "$SCENARIO" = fair ]; then bench lane create slow --domains slow.example; fi
    start_bench_sink
    start_program bench-producer "$BENCH/settings/producer.env" "$BENCH_PROGRAMS/veredus-producer"
    start_program bench-worker "$BENCH/settings/worker.env" "$BENCH_PROGRAMS/veredus-worker" \
        --connections "$CONNECTIONS" --lanes "$BENCH_LANES"
}

# start_bench_sink: the one that the run asks for; both count what they take and keep nothing.
start_bench_sink() {
    local -a trouble=(--delay "$DELAY_MS")
    if [ "$BENCH_SINK" = bench-sink ]; then
        start_sink bench-sink "$SINK_PORT"
        return
    fi
    if [ "$SCENARIO" = fair ]; then
        printf '{"rules": [{"domain": "slow.example", "behaviour": "delay-dot-200"}]}\n' >"$BENCH/slow.json"
        trouble+=(--script "$BENCH/slow.json")
    fi
    : >"$LOCAL/run/bench-simulator.log"
    start_process bench-simulator "$LOCAL/run/bench-simulator.log" "$BENCH_PROGRAMS/veredus-simulator" \
        --port "$SINK_PORT" --status-file "$BENCH/simulator.json" "${trouble[@]}"
    await_port bench-simulator "$SINK_PORT" 10 || fail_with_log bench-simulator
}

# sink_counter: the file in which the sink writes how much it has taken.
sink_counter() { if [ "$BENCH_SINK" = bench-sink ]; then printf '%s' "$LOCAL/run/bench-sink.log"; else printf '%s' "$BENCH/simulator.json"; fi; }

# start_sink NAME PORT: counts what it takes and throws it away; as root it becomes somebody else.
start_sink() {
    local -a user=()
    [ "$EUID" -ne 0 ] || user=(-u nobody)
    : >"$LOCAL/run/$1.log"
    start_process "$1" "$LOCAL/run/$1.log" "$POSTFIX/bin/smtp-sink" "${user[@]}" -c -m 1000 "127.0.0.1:$2" 1024
    await_port "$1" "$2" 10 || fail_with_log "$1"
}

# bench_contacts NUMBER PREFIX [SLOW]: a CSV file; with SLOW every second one is of the slow domain.
bench_contacts() {
    awk -v rows="$1" -v prefix="$2" -v slow="${3:-}" 'BEGIN {
        print "email,name,city,code"
        for (i = 1; i <= rows; i++) {
            domain = slow != "" && i % 2 == 0 ? "slow.example" : "domain-" i % 500 ".example"
            printf "%s-%d@%s,Reader %d,City %d,C-%07d\n", prefix, i, domain, i, i % 977, i
        }
    }'
}

prepare_campaign() {
    heading "Importing $RECIPIENTS contacts"
    bench_contacts "$RECIPIENTS" reader >"$BENCH/contacts.csv"
    bench account create bench
    bench list create --account bench bench
    with_settings "$BENCH/settings/admin.env" /usr/bin/python3 Benchmarks/measure.py timed "$BENCH/timed.json" import -- \
        "$BENCH_PROGRAMS/veredus" contacts import "$BENCH/contacts.csv" --account bench --list bench
    rm -f "$BENCH/contacts.csv"
    CAMPAIGN=$(make_bench_campaign bench)
    await_bench_programs
}

# make_bench_campaign LIST: prints the campaign's number.
make_bench_campaign() {
    local made
    made=$(bench campaign create Benchmarks/message --account bench --list "$1" --json)
    json_value campaign <<<"$made" || fail "'campaign create' did not print the campaign's number, but: $made" "Report this"
}

await_bench_programs() {
    await_workers 1 20 || fail_with_log bench-worker
    process_id bench-producer >/dev/null || fail_with_log bench-producer
}

bench() { with_settings "$BENCH/settings/admin.env" "$BENCH_PROGRAMS/veredus" "$@"; }

# await_workers NUMBER SECONDS: until so many workers have a lease.
await_workers() {
    local ends=$((SECONDS + $2)) alive
    while ((SECONDS < ends)); do
        alive=$(sql "$POSTGRES_PORT" veredus 'SELECT count(*) FROM workers WHERE alive_until > now()') || return 1
        ((alive >= $1)) && return
        sleep 0.2
    done
    return 1
}

measure_campaign() {
    heading "Measuring: the ceiling first, then the campaign"
    with_settings "$BENCH/settings/admin.env" /usr/bin/python3 Benchmarks/measure.py run \
        --process "producer=$(process_id bench-producer)" --process "worker=$(process_id bench-worker)" \
        --process "postgresql=$(process_id bench-postgres)" --process "rabbitmq=$(process_id bench-rabbitmq)" \
        --process "sink=$(process_id "$BENCH_SINK")" --delay-ms "$DELAY_MS" \
        --psql "$(postgres_bin)/psql" --database-url "$(superuser_url "$POSTGRES_PORT" veredus)" --campaign "$CAMPAIGN" \
        --start "[\"$BENCH_PROGRAMS/veredus\", \"campaign\", \"start\", \"$CAMPAIGN\"]" \
        --report "[\"$BENCH_PROGRAMS/veredus\", \"campaign\", \"report\", \"$CAMPAIGN\", \"--json\"]" \
        --sink-log "$(sink_counter)" --sink-port "$SINK_PORT" --smtp-source "$POSTFIX/bin/smtp-source" \
        --jobs-per-message "$JOBS_PER_MESSAGE" --queue-type "$QUEUE_TYPE" --connections "$CONNECTIONS" \
        --timed "$BENCH/timed.json" --output "$OUTPUT"
}

# measure_fairness: small campaigns alone and beside a large one; a fast lane alone and beside a slow one.
measure_fairness() {
    local try half=$((RECIPIENTS / 20))
    local -a options=()
    heading "Importing $RECIPIENTS contacts for the large campaign, and what stands beside it"
    bench account create bench
    for try in 1 2 3; do
        options+=(--alone "$(bench_list "alone-$try" 1000)" --beside "$(bench_list "beside-$try" 1000)")
    done
    options+=(--large "$(bench_list large "$RECIPIENTS")")
    options+=(--fast "$(bench_list fast "$half")" --mixed "$(bench_list mixed $((2 * half)) slow)")
    await_bench_programs
    heading "Measuring fairness"
    with_settings "$BENCH/settings/admin.env" /usr/bin/python3 Benchmarks/fair.py "${options[@]}" \
        --psql "$(postgres_bin)/psql" --database-url "$(superuser_url "$POSTGRES_PORT" veredus)" \
        --veredus "$BENCH_PROGRAMS/veredus" --jobs-per-message "$JOBS_PER_MESSAGE" --queue-type "$QUEUE_TYPE" \
        --connections "$CONNECTIONS" --delay-ms "$DELAY_MS" --slow-ms 200 --output "$OUTPUT"
}

# bench_list NAME NUMBER [SLOW]: a list with its contacts and a campaign; prints the campaign's number.
bench_list() {
    {
        bench_contacts "$2" "$1" "${3:-}" >"$BENCH/contacts.csv"
        bench list create --account bench "$1"
        bench contacts import "$BENCH/contacts.csv" --account bench --list "$1"
        rm -f "$BENCH/contacts.csv"
    } >&2
    make_bench_campaign "$1"
}
