# shellcheck shell=bash
# `./dev bench`: the whole pipeline, release build, fresh servers, Postfix's smtp-sink at the end. Sourced by ./dev.

run_bench() {
    RECIPIENTS=${RECIPIENTS:-100000} JOBS_PER_MESSAGE=${JOBS_PER_MESSAGE:-1} QUEUE_TYPE=${QUEUE_TYPE:-quorum}
    CONNECTIONS=${CONNECTIONS:-100} OUTPUT=${OUTPUT:-Benchmarks/results/latest}
    take_arguments "RECIPIENTS JOBS_PER_MESSAGE QUEUE_TYPE CONNECTIONS OUTPUT" "$@"
    require_number RECIPIENTS 100 10000000
    require_number JOBS_PER_MESSAGE 1 256
    require_number CONNECTIONS 1 400
    require_choice QUEUE_TYPE quorum classic

    BENCH=$LOCAL/bench
    BENCH_PROGRAMS=$(program_folder release)
    make_local
    only_one bench
    install_for build servers python
    fetch_postfix
    heading "Building (release)"
    build_release

    begin_bench
    prepare_campaign
    measure_campaign
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
    start_sink bench-sink "$SINK_PORT"
    start_program bench-producer "$BENCH/settings/producer.env" "$BENCH_PROGRAMS/veredus-producer"
    start_program bench-worker "$BENCH/settings/worker.env" "$BENCH_PROGRAMS/veredus-worker" \
        --connections "$CONNECTIONS" --lanes default
}

# start_sink NAME PORT: counts what it takes and throws it away; as root it becomes somebody else.
start_sink() {
    local -a user=()
    [ "$EUID" -ne 0 ] || user=(-u nobody)
    : >"$LOCAL/run/$1.log"
    start_process "$1" "$LOCAL/run/$1.log" "$POSTFIX/bin/smtp-sink" "${user[@]}" -c -m 1000 "127.0.0.1:$2" 1024
    await_port "$1" "$2" 10 || fail_with_log "$1"
}

bench_contacts() {
    awk -v rows="$1" 'BEGIN {
        print "email,name,city,code"
        for (i = 1; i <= rows; i++) printf "reader-%d@domain-%d.example,Reader %d,City %d,C-%07d\n", i, i % 500, i, i % 977, i
    }'
}

prepare_campaign() {
    local made
    heading "Importing $RECIPIENTS contacts"
    bench_contacts "$RECIPIENTS" >"$BENCH/contacts.csv"
    bench account create bench
    bench list create --account bench bench
    with_settings "$BENCH/settings/admin.env" /usr/bin/python3 Benchmarks/measure.py timed "$BENCH/timed.json" import -- \
        "$BENCH_PROGRAMS/veredus" contacts import "$BENCH/contacts.csv" --account bench --list bench
    rm -f "$BENCH/contacts.csv"
    made=$(bench campaign create Benchmarks/letter --account bench --list bench --json)
    CAMPAIGN=$(json_value campaign <<<"$made") ||
        fail "'campaign create' did not print the campaign's number, but: $made" "Report this"
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
        --process "sink=$(process_id bench-sink)" \
        --psql "$(postgres_bin)/psql" --database-url "$(superuser_url "$POSTGRES_PORT" veredus)" --campaign "$CAMPAIGN" \
        --start "[\"$BENCH_PROGRAMS/veredus\", \"campaign\", \"start\", \"$CAMPAIGN\"]" \
        --report "[\"$BENCH_PROGRAMS/veredus\", \"campaign\", \"report\", \"$CAMPAIGN\", \"--json\"]" \
        --sink-log "$LOCAL/run/bench-sink.log" --sink-port "$SINK_PORT" --smtp-source "$POSTFIX/bin/smtp-source" \
        --jobs-per-message "$JOBS_PER_MESSAGE" --queue-type "$QUEUE_TYPE" --connections "$CONNECTIONS" \
        --timed "$BENCH/timed.json" --output "$OUTPUT"
}
