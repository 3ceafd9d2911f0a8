# shellcheck shell=bash
# `./dev bench SCENARIO=bounces`: how many mails that came back are judged in a second of CPU time, by us and by Sisimai
# (Perl), turn by turn on the same files in one run. Sourced by ./dev.

bench_bounces() {
    local output=${OUTPUT:-Benchmarks/results/bounces} mails=$LOCAL/bench/mails tool round ours=0 theirs=0 count path=
    make_local
    only_one bench
    install_for build
    fetch_bounces
    heading "Building (release)"
    build_release
    tool=$(program_folder release)/veredus
    rm -rf "$mails"
    mkdir -p "$mails" "$(dirname "$output")"
    # The test messages of flufl.bounce, ten times: programs that start slowly are not measured by their start alone.
    for round in 0 1 2 3 4 5 6 7 8 9; do
        for path in "$BOUNCES"/usr/lib/python3/dist-packages/flufl/bounce/tests/data/*.txt; do
            cp "$path" "$mails/$round-$(basename "$path")"
        done
    done
    count=$(find "$mails" -type f | wc -l)
    ((count > 1000)) || fail "there are only $count mails below .local/bounces" "Delete .local/bounces and try again"
    heading "Judging $count mails, five rounds, by turns"
    for round in 1 2 3 4 5; do
        ours=$(least "$ours" "$(cpu_milliseconds "$tool" inbound explain --json "$mails")")
            # shellcheck disable=SC2016  # Perl, and its own variables
        theirs=$(least "$theirs" "$(cpu_milliseconds env PERL5LIB="$BOUNCES/usr/share/perl5" perl -MSisimai -e \
            'for (glob "$ARGV[0]/*") { my $r = eval { Sisimai->make($_, delivered => 1) }; $n += @{ $r || [] } } print "$n\n"' "$mails")")
    done
    awk -v n="$count" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
        printf "{\"mails\": %d, \"veredus_cpu_ms\": %d, \"sisimai_cpu_ms\": %d, \"veredus_per_cpu_second\": %d, ", n, ours, theirs, n * 1000 / ours
        printf "\"sisimai_per_cpu_second\": %d, \"ratio\": %.1f}\n", n * 1000 / theirs, theirs / ours
    }' | tee "$output.json"
    say "Each figure is the least of five rounds, with the start of the program. Written: $output.json"
}

# least A B: the smaller number; A is 0 before the first round.
least() { if (($1 == 0 || $2 < $1)); then printf '%s' "$2"; else printf '%s' "$1"; fi; }

# cpu_milliseconds COMMAND…: what it used, user and system.
cpu_milliseconds() {
    local TIMEFORMAT='%U %S' times
    times=$({ time "$@" >/dev/null 2>&1; } 2>&1) || fail "$1 failed" "Try it by hand"
    awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$times"
}
