# shellcheck shell=bash
# `./dev bench SCENARIO=web`: pixels and links as fast as they are answered, beside the server framework with one route
# and nothing of ours. Sourced by ./dev.

run_bench_web() {
    # shellcheck disable=SC2034  # take_arguments sets it
    SCENARIO=web
    SECONDS_EACH=${SECONDS_EACH:-10} OUTPUT=${OUTPUT:-Benchmarks/results/web} QUEUE_TYPE=${QUEUE_TYPE:-quorum}
    BENCH_CONFIGURATION=${BENCH_CONFIGURATION:-release} WEB_CONNECTIONS=${WEB_CONNECTIONS:-10000}
    take_arguments "SCENARIO SECONDS_EACH OUTPUT QUEUE_TYPE BENCH_CONFIGURATION WEB_CONNECTIONS" "$@"
    require_number SECONDS_EACH 1 600
    require_number WEB_CONNECTIONS 100 50000
    require_choice QUEUE_TYPE quorum classic
    require_choice BENCH_CONFIGURATION release debug

    BENCH=$LOCAL/bench
    BENCH_PROGRAMS=$(program_folder "$BENCH_CONFIGURATION")
    make_local
    only_one bench
    install_for build servers python
    fetch_wrk
    if [ "$BENCH_CONFIGURATION" = release ]; then
        heading "Building (release)"
        build_release
    fi
    begin_web_bench
    heading "Measuring pixels and links, and the framework alone"
    with_settings "$BENCH/settings/web.env" /usr/bin/python3 Benchmarks/web.py --wrk "$WRK/bin/wrk" \
        --hello-port "$HELLO_PORT" --web-port "$WEB_PORT" --host t.example.test --campaign "$CAMPAIGN" \
        --web-pid "$(process_id bench-web)" --seconds "$SECONDS_EACH" --connections "$WEB_CONNECTIONS" \
        --psql "$(postgres_bin)/psql" --database-url "$(superuser_url "$POSTGRES_PORT" veredus)" \
        --recorder "[\"$BENCH_PROGRAMS/veredus-recorder\", \"--settings\", \"$BENCH/settings/recorder.env\"]" \
        --configuration "$BENCH_CONFIGURATION" --output "$OUTPUT"
    say "Written: $OUTPUT.json and $OUTPUT.txt"
}

# begin_web_bench: empty servers, a campaign with two links, the web side, and the framework alone.
begin_web_bench() {
    local role
    stop_programs bench
    servers_down bench
    rm -rf "${BENCH:?}" "$(server_folder bench)"
    mkdir -p "$BENCH" "$(dirname "$OUTPUT")"
    on_exit "rm -rf '$(server_folder bench)'"
    use_servers bench
    on_exit "stop_programs bench"
    choose_port WEB_PORT bench 6
    choose_port HELLO_PORT bench 7
    write_settings "$BENCH" veredus 25
    for role in web recorder; do
        {
            # Without a port of the web side: the host that messages name is t.example.test.
            WEB_PORT='' settings_of "$role" veredus 25 "$BENCH/state"
            printf '%s\n' "VEREDUS_QUEUE_TYPE=$QUEUE_TYPE" "VEREDUS_WEB_LISTEN=127.0.0.1:$WEB_PORT" \
                "VEREDUS_WEB_TRUSTED_PROXIES=127.0.0.1" \
                "VEREDUS_EVENT_BUFFER=1000000" "VEREDUS_FLUSH_SECONDS=5"
        } >"$BENCH/settings/$role.env"
        chmod 600 "$BENCH/settings/$role.env"
    done
    migrate "$BENCH" "$BENCH_PROGRAMS"
    CAMPAIGN=$(sql "$POSTGRES_PORT" veredus "$(bench_web_campaign)")
    # As many open connections as are measured need as many descriptors, here and there.
    ulimit -n "$(ulimit -Hn)"
    start_program bench-web "$BENCH/settings/web.env" "$BENCH_PROGRAMS/veredus-web"
    : >"$LOCAL/run/bench-hello.log"
    start_process bench-hello "$LOCAL/run/bench-hello.log" "$BENCH_PROGRAMS/veredus-hello" --port "$HELLO_PORT"
    await_port bench-web "$WEB_PORT" 20 || fail_with_log bench-web
    await_port bench-hello "$HELLO_PORT" 20 || fail_with_log bench-hello
}

# bench_web_campaign: a campaign as it is after its start; prints its number.
bench_web_campaign() {
    cat <<'SQL'
WITH account AS (INSERT INTO accounts (name) VALUES ('bench') RETURNING account_id),
list AS (INSERT INTO lists (account_id, name) SELECT account_id, 'bench' FROM account RETURNING account_id, list_id),
campaign AS (
    INSERT INTO campaigns (account_id, list_id, name, tracking, state, version, audience, started_at)
    SELECT account_id, list_id, 'bench', 1, 2, 1, 100000, now() FROM list RETURNING campaign_id, account_id),
link AS (
    INSERT INTO links SELECT campaign_id, 1, n, account_id, 'https://shop.example/' || n
    FROM campaign, generate_series(1, 2) AS n)
SELECT campaign_id FROM campaign
SQL
}
