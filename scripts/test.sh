# shellcheck shell=bash
# `./dev test`: everything that the tests need, then the tests. Sourced by ./dev.

# run_test [ARGUMENT…]: the arguments go to `swift test`.
run_test() {
    prepare_tests
    build_debug
    heading "Testing"
    # Each of these tests keeps servers and programs busy: more at once only make each other slow.
    export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${TEST_WIDTH:-3}
    local log=$LOCAL/run/tests.log limit=()
    # A test that hangs is to be named, not to be waited for. By hand, Ctrl-C does it.
    [ -z "${CI:-}" ] || limit=(timeout --kill-after=30 "${TEST_LIMIT:-1200}")
    # Swift Testing closes with "Test run with N tests …"; XCTest, which is not used, would add "Executed 0 tests".
    if ! "${limit[@]}" swift test --skip-build --disable-xctest "${BUILD_FLAGS[@]}" "$@" 2>&1 | tee "$log"; then
        tell_failures "$log"
        fail "tests failed" "The whole output is in ${log#"$ROOT/"}"
    fi
}

# tell_failures LOG: once more at the end what went wrong: the issues, each with what the test said of it, and, if the
# run was cut off, the tests that began and never ended.
tell_failures() {
    heading "What went wrong"
    awk '
        /^✘ Test .* recorded an issue/ { rest = 12; print; next }
        /^(✔|✘|◇|↷|⚠)/ { rest = 0 }
        rest-- > 0
    ' "$1" | sed -E 's/^(.{1000}).*/\1…/' | tail -n 60
    ! grep -aqE '^(✔|✘) Test run with' "$1" || return 0
    awk '
        /^◇ Test (case )?.* started\.$/ || /^◇ Suite .* started\.$/ { next_name($0); open[name] = 1 }
        /^(✔|✘) (Test|Suite) .* (passed|failed) after / { next_name($0); delete open[name] }
        function next_name(line) {
            name = line
            sub(/^[^ ]+ /, "", name)
            sub(/ started\.$/, "", name)
            sub(/ (passed|failed) after .*$/, "", name)
            sub(/ with [0-9]+ test cases?$/, "", name)
        }
        END { for (name in open) if (name !~ /^Test (case|run)/) print "never ended: " name }
    ' "$1" | head -n 20
}

# prepare_tests: installs, starts the servers, and exports what the tests read.
prepare_tests() {
    require_swift
    make_local
    install_for build servers tests
    fetch_postfix
    fetch_bounces
    fetch_python
    use_servers test
    export_lines < <(test_settings)
    export REQUIRE_SERVERS=${REQUIRE_SERVERS:-1}
}
