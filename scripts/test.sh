# shellcheck shell=bash
# `./dev test`: everything that the tests need, then the tests. Sourced by ./dev.

# run_test [ARGUMENT…]: the arguments go to `swift test`.
run_test() {
    prepare_tests
    build_debug
    heading "Testing"
    # Each of these tests keeps servers and programs busy: more at once only make each other slow.
    export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${TEST_WIDTH:-3}
    # Swift Testing closes with "Test run with N tests …"; XCTest, which is not used, would add "Executed 0 tests".
    swift test --skip-build --disable-xctest "${BUILD_FLAGS[@]}" "$@" || fail "tests failed" "Read what stands after ✘ above"
}

# prepare_tests: installs, starts the servers, and exports what the tests read.
prepare_tests() {
    require_swift
    make_local
    install_for build servers tests
    fetch_postfix
    fetch_python
    use_servers test
    export_lines < <(test_settings)
    export REQUIRE_SERVERS=${REQUIRE_SERVERS:-1}
}
