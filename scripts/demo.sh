# shellcheck shell=bash
# `./dev demo`: a real campaign on real servers to a simulated mail world, with its totals at the end. Sourced by ./dev.

run_demo() {
    RECIPIENTS=${RECIPIENTS:-10000} WORKERS=${WORKERS:-2} KEEP=${KEEP:-0} FRESH=${FRESH:-0}
    DEMO_CONFIGURATION=${DEMO_CONFIGURATION:-debug}
    take_arguments "RECIPIENTS WORKERS KEEP FRESH DEMO_CONFIGURATION" "$@"
    require_number RECIPIENTS 1 1000000
    require_number WORKERS 1 16
    require_choice KEEP 0 1
    require_choice FRESH 0 1
    require_choice DEMO_CONFIGURATION debug release

    DEMO=$LOCAL/demo
    DEMO_PROGRAMS=$(program_folder "$DEMO_CONFIGURATION")
    make_local
    only_one demo
    install_for build servers
    build_programs "$DEMO_CONFIGURATION"
    [ -z "$(compgen -G "$LOCAL/run/demo-*.pid")" ] || say "Stopping the programs that an earlier demo left running"
    stop_programs demo
    use_servers dev
    on_exit end_demo

    start_demo_programs
    local campaign
    campaign=$(make_demo_campaign)
    heading "Sending"
    demo veredus campaign start "$campaign"
    follow_campaign "$campaign"
    report_demo "$campaign"
}

# demo PROGRAM ARGUMENT…: one of our programs, with the operator's settings.
demo() {
    local program=$1
    shift
    with_settings "$DEMO/settings/admin.env" "$DEMO_PROGRAMS/$program" "$@"
}

start_demo_programs() {
    local number name
    rm -rf "$DEMO/spool" "$DEMO/record.jsonl" "$DEMO/report.json"
    mkdir -p "$DEMO/spool"
    choose_port SMTP_PORT dev 5
    choose_port INBOUND_PORT dev 6
    choose_port WEB_PORT dev 7
    write_settings "$DEMO" veredus "$SMTP_PORT"
    # Nobody wants to watch a demo wait: what is deferred once is tried again after at most two seconds.
    printf 'VEREDUS_RETRY_FIRST=2\n' >>"$DEMO/settings/worker.env"
    # Nor for the minute that opens and clicks are held back, so that their order tells nothing.
    printf 'VEREDUS_FLUSH_SECONDS=2\n' >>"$DEMO/settings/recorder.env"
    heading "Preparing the database"
    if [ "$FRESH" = 1 ]; then sql "$POSTGRES_PORT" postgres 'DROP DATABASE IF EXISTS veredus WITH (FORCE)'; fi
    migrate "$DEMO" "$DEMO_PROGRAMS"

    heading "Starting the mail simulator, a producer, $WORKERS workers, the web side, and what receives mail"
    for name in inbound recorder web; do start_demo_program "demo-$name"; done
    await_port demo-inbound "$INBOUND_PORT" 20 || fail_with_log demo-inbound
    await_port demo-web "$WEB_PORT" 20 || fail_with_log demo-web
    start_simulator demo-simulator "$DEMO_PROGRAMS" "$SMTP_PORT" "$DEMO" --inbound "127.0.0.1:$INBOUND_PORT" \
        --open-rate 0.4 --click-rate 0.3 --leave-rate 0.01
    await_port demo-simulator "$SMTP_PORT" 20 || fail_with_log demo-simulator
    start_demo_program demo-producer
    for ((number = 1; number <= WORKERS; number++)); do start_demo_program "demo-worker-$number"; done
}

start_demo_program() {
    case $1 in
        *inbound* | *recorder* | *web*)
            start_program "$1" "$DEMO/settings/${1#demo-}.env" "$DEMO_PROGRAMS/veredus-${1#demo-}"
            ;;
        *producer*) start_program "$1" "$DEMO/settings/producer.env" "$DEMO_PROGRAMS/veredus-producer" ;;
        *worker*)
            start_program "$1" "$DEMO/settings/worker.env" "$DEMO_PROGRAMS/veredus-worker" --connections 20 --lanes default
            ;;
    esac
    say "$1 runs as process $(process_id "$1")"
}

# make_demo_campaign: account, list, contacts and campaign; prints the campaign's number and nothing else.
make_demo_campaign() {
    local list made
    list="Bakery newsletter $(date "+%Y-%m-%d %H:%M:%S")"
    {
        heading "Importing $RECIPIENTS contacts; of a hundred, two are deferred once, one is refused, and of three something comes back"
        demo_contacts "$RECIPIENTS" >"$DEMO/contacts.csv"
        demo veredus account show demo >/dev/null 2>&1 || demo veredus account create demo
        demo veredus list create --account demo "$list"
        demo veredus contacts import "$DEMO/contacts.csv" --account demo --list "$list"
        made=$(demo veredus campaign create Examples/newsletter --account demo --list "$list" --json)
    } >&2
    json_value campaign <<<"$made" || fail "'campaign create' did not print the campaign's number, but: $made" "Report this"
}

# demo_contacts NUMBER: a CSV file; the simulator reads from an address how its owner behaves.
demo_contacts() {
    awk -v rows="$1" 'BEGIN {
        people = split("Ada Björn Chloé Đorđe Émile Fatima Grace İpek José Katarzyna Łukasz Mårten Noor Øystein Priya Zoë", name, " ")
        cities = split("Bath Córdoba Köln Lyon Mainz Milano Nîmes Trier Wien York Zürich", city, " ")
        print "email,name,city,code"
        for (i = 1; i <= rows; i++) {
            local = "reader-" i
            if (i % 100 == 50) local = "reject-550-5.1.1+" i
            if (i % 50 == 25) local = "defer-once-451-4.7.1+" i
            if (i % 100 == 31) local = (i % 200 == 31 ? "bounce-5.1.1+" : "bounce-later-5.2.2+") i
            if (i % 100 == 41) local = "autoreply+" i
            if (i % 100 == 61) local = "unsubscribe+" i
            if (i % 1000 == 71) local = "complain+" i
            printf "%s@station-%d.example,%s,%s,V-%06d\n", local, i % 40, name[i % people + 1], city[i % cities + 1], i
        }
    }'
}

# follow_campaign CAMPAIGN: shows its progress; starts again what dies meanwhile, as systemd or compose would.
follow_campaign() {
    local watch name restarts=0
    say "Try it: kill -9 $(process_id demo-worker-1) in another terminal. A killed program is started again here."
    demo veredus campaign watch "$1" &
    watch=$!
    on_exit "kill $watch 2>/dev/null"
    while [ -d "/proc/$watch" ] && started_at "$watch" >/dev/null; do
        for name in demo-inbound demo-recorder demo-web demo-producer $(seq -f demo-worker-%g "$WORKERS"); do
            process_id "$name" >/dev/null && continue
            ((++restarts <= 10)) || fail_with_log "$name"
            printf '\n'
            warn "$name has died; starting it again"
            start_demo_program "$name"
        done
        sleep 0.3
    done
    wait "$watch" || fail "'veredus campaign watch' ended with an error" "See also the logs: $LOCAL/run/demo-*.log"
}

# await_returns CAMPAIGN: until everything has come back; of whom an earlier demo has suppressed, nothing does.
await_returns() {
    local expected came try name
    expected=$(grep -cE '^(reject|bounce|complain|unsubscribe)' "$DEMO/contacts.csv" || true)
    heading "Waiting for what comes back: bounces, complaints, opt-outs"
    for ((try = 0; try < 120; try++)); do
        demo veredus campaign report "$1" --json >"$DEMO/report.json.new"
        came=0
        for name in bounced complaints unsubscribed_by_mail suppressed; do
            came=$((came + $(json_value "$name" <"$DEMO/report.json.new")))
        done
        ((came < expected)) || break
        sleep 0.5
    done
    if ((came < expected)); then
        fail "of $expected that were to come back, $came did" "Read $LOCAL/run/demo-inbound.log and demo-simulator.log"
    fi
    say "$came of $expected came back, or had been suppressed before"
}

# await_opens CAMPAIGN: until the recorder has written what was opened; with very few recipients nothing is told.
await_opens() {
    local try
    ((RECIPIENTS >= 100)) || return 0
    for ((try = 0; try < 60; try++)); do
        demo veredus campaign report "$1" --json | grep -qE '"opens" *: *\{"unique" *: *[1-9]' && return 0
        sleep 0.5
    done
    fail "no open was counted" "Read $LOCAL/run/demo-web.log and demo-recorder.log"
}

report_demo() {
    local campaign=$1 message
    await_returns "$campaign"
    await_opens "$campaign"
    heading "Report"
    demo veredus campaign report "$campaign"
    demo veredus campaign report "$campaign" --json >"$DEMO/report.json.new"
    mv "$DEMO/report.json.new" "$DEMO/report.json"

    message=$(find "$DEMO/spool" -name '*.eml' | sort -V | sed -n 1p)
    heading "One message, as it went over the wire (${message#"$ROOT/"})"
    if [ -n "$message" ]; then tr -d '\r' <"$message" | sed -n 1,70p; fi

    check_books "$DEMO/report.json" "$RECIPIENTS"
    show_dashboard "$campaign"
    DEMO_DONE=1
    heading "What to type next"
    if [ "$KEEP" = 1 ]; then
        say "  source .local/demo/env                                      # everything still runs"
        say "  ${DEMO_PROGRAMS#"$ROOT/"}/veredus campaign list --account demo"
        say "  ${DEMO_PROGRAMS#"$ROOT/"}/veredus --help"
        say "  ./dev services-down                                         # stops it all"
    else
        say "  KEEP=1 ./dev demo                                           # the same, and leaves everything running"
        say "  RECIPIENTS=100000 WORKERS=4 ./dev demo"
        say "  ./dev test                                                  # all tests"
    fi
    say ""
    say "The report as JSON: .local/demo/report.json    The messages: .local/demo/spool/    The logs: .local/run/demo-*.log"
}

# show_dashboard CAMPAIGN: its address, a link that lets the reader of these lines sign in, and time to look.
show_dashboard() {
    local login=owner@demo.example link
    link=$(demo veredus user reset "$login" --json 2>/dev/null ||
        demo veredus user add "$login" --account demo --role owner --json) ||
        fail "nobody could be let into the dashboard" "Report this, with the logs $LOCAL/run/demo-*.log"
    link=$(grep -oE '"link" *: *"[^"]*"' <<<"$link" | sed 's/.*"\(http[^"]*\)"/\1/')
    heading "The dashboard"
    say "  $(site_url)/campaigns/$1"
    say "  Sign in as $login; this link, which works once, sets the password: $link"
    if [ "$KEEP" = 0 ] && [ -t 0 ] && [ -t 1 ]; then
        read -r -p "Everything runs until you press Enter: " _ || true
    elif [ "$KEEP" = 0 ]; then
        say "  Nobody sits here, so it is stopped in a moment; with KEEP=1 it stays."
    fi
}

# check_books REPORT RECIPIENTS: the demo has failed unless every recipient is in exactly one final state.
check_books() {
    local state open=0
    if [ "$(json_value balanced <"$1")" != true ] || [ "$(json_value audience <"$1")" != "$2" ]; then
        fail "the totals do not reconcile: $(tr -d '\n' <"$1")" "Report this, with the logs $LOCAL/run/demo-*.log"
    fi
    for state in pending sending deferred; do open=$((open + $(json_value "$state" <"$1"))); done
    ((open == 0)) || fail "$open recipients are in no final state" "Report this, with the logs $LOCAL/run/demo-*.log"
    say ""
    say "The totals reconcile: each of $2 recipients is in exactly one final state."
}

# json_value KEY: the first number or word of that key in the JSON on standard input; fails when there is none.
json_value() { grep -oE "\"$1\" *: *[-a-z0-9.]+" | sed -n '1s/.*: *//p' | grep .; }

# fail_with_log NAME
fail_with_log() {
    printf '\n%s\n' "The last words of $1:" >&2
    tail -n 15 "$LOCAL/run/$1.log" >&2 || true
    fail "$1 does not run" "Read $LOCAL/run/$1.log"
}

end_demo() {
    if [ "${DEMO_DONE:-0}" = 1 ] && [ "$KEEP" = 1 ]; then
        touch "$LOCAL/run/dev.keep"
    else
        say "Stopping what the demo started"
        stop_programs demo
    fi
}
