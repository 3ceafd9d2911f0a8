# shellcheck shell=bash
# `./dev fuzz`: libFuzzer on the reader of mails that come back. What it found worth keeping stays in .local/fuzz/corpus,
# so that the next run goes on from there; a crash is kept as .local/fuzz/crash-*. Sourced by ./dev.

run_fuzz() {
    RUNS=${RUNS:-100000} SECONDS_AT_MOST=${SECONDS_AT_MOST:-600} LENGTH=${LENGTH:-4096} MEMORY=${MEMORY:-512}
    take_arguments "RUNS SECONDS_AT_MOST LENGTH MEMORY" "$@"
    require_number RUNS 1 1000000000
    require_number SECONDS_AT_MOST 1 86400
    require_number LENGTH 16 1048576
    require_number MEMORY 64 16384
    make_local
    only_one fuzz
    install_for build
    fetch_bounces
    local corpus=$LOCAL/fuzz/corpus program=$ROOT/.build-fuzz/release/FuzzReports
    local seeds=("$ROOT/Tests/Samples/reports" "$BOUNCES")
    [ -z "${VEREDUS_TEST_DATA:-}" ] || seeds+=("$VEREDUS_TEST_DATA/reports")
    mkdir -p "$corpus" "$LOCAL/fuzz/seeds"
    find "${seeds[@]}" -type f \( -name '*.eml' -o -path '*/tests/data/*.txt' \) -exec cp -t "$LOCAL/fuzz/seeds" {} + ||
        fail "the mails that fuzzing starts from could not be copied" "Check VEREDUS_TEST_DATA, or unset it"

    heading "Building with libFuzzer (.build-fuzz)"
    VEREDUS_FUZZ=1 swift build --configuration release --scratch-path .build-fuzz --product FuzzReports
    heading "$RUNS mails, for $SECONDS_AT_MOST s at most, of at most $LENGTH bytes"
    "$program" -runs="$RUNS" -max_total_time="$SECONDS_AT_MOST" -max_len="$LENGTH" -rss_limit_mb="$MEMORY" -timeout=5 \
        -dict=Tests/Fuzz/dictionary.txt -artifact_prefix="$LOCAL/fuzz/" -print_final_stats=1 -verbosity=0 \
        "$corpus" "$LOCAL/fuzz/seeds" ||
        fail "the reader did not survive: the mail that it was is .local/fuzz/crash-* (or slow-unit, oom, timeout)" \
            "Give it to $program, and to a test"
    say "No crash, no hang, no more memory than $MEMORY MiB."
}
