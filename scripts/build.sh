# shellcheck shell=bash
# The Swift toolchain and its builds. Sourced by ./dev.
#
# Every build has the same flags, so that none of them compiles again what another one has compiled.

SWIFT_LEAST=6.2
BUILD_FLAGS=(--explicit-target-dependency-import-check error)
# As in deploy/Containerfile: small functions are compiled into their callers in other modules, and calls of the runtime
# need no lookup.
RELEASE_FLAGS=(-c release --static-swift-stdlib -Xswiftc -cross-module-optimization)

require_swift() {
    local remedy="Install Swift $SWIFT_LEAST or later from https://www.swift.org/install/linux/ and put it on PATH" version
    command -v swift >/dev/null || fail "there is no 'swift' on PATH" "$remedy"
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9.]+$') ||
        fail "'swift --version' does not answer ($(command -v swift))" "$remedy"
    [ "$(printf '%s\n' "$SWIFT_LEAST" "$version" | sort -V | head -n 1)" = "$SWIFT_LEAST" ] ||
        fail "this is Swift $version ($(command -v swift))" "$remedy"
}

# build TITLE FOLDER LONG ARGUMENT…: says how long a first build takes, when this is one.
build() {
    local folder=$2
    require_swift
    heading "$1"
    compgen -G "$folder/*-linux-*" >/dev/null || say "This is the first build here: it takes $3 on 2 cores, mostly for cryptography. Later ones take seconds."
    swift build --scratch-path "$folder" "${BUILD_FLAGS[@]}" "${@:4}" || fail "the build failed" "Read the compiler's message above"
}

# Everything, tests included: the one build that tests, demo and CI share.
build_tests() { build "Building (debug)" .build "5 to 11 minutes" --build-tests; }

# build_programs CONFIGURATION: without the tests; in CI with them, so that one debug build serves all of its steps.
build_programs() {
    case $1 in
        debug) [ -z "${CI:-}" ] || { build_tests; return; }
            build "Building the programs (debug)" .build "5 to 11 minutes" ;;
        release) build "Building the programs (release)" .build-release "7 to 19 minutes" "${RELEASE_FLAGS[@]}" ;;
        *) fail "the configuration is '$1'" "Give one of: debug, release" 64 ;;
    esac
}

build_fuzzer() { VEREDUS_FUZZ=1 build "Building with libFuzzer" .build-fuzz "7 to 19 minutes" -c release --product FuzzReports; }

# program_is_built COMMAND: whether veredus-dev is there, and to start servers no older than its sources.
program_is_built() {
    local program=.build/debug/veredus-dev
    [ -x $program ] && { [ "$1" != services-up ] || [ -z "$(find Package.swift Sources/TestKit -newer $program -print -quit)" ]; }
}

# run_program CONFIGURATION COMMAND [ARGUMENT…]: veredus-dev runs from here on, in our place.
run_program() {
    local folder=.build/debug
    if [ "$1" = release ]; then folder=.build-release/release; fi
    exec "$ROOT/$folder/veredus-dev" "${@:2}"
}

# run_sanitized address|thread [ARGUMENT…]: in a build folder of its own. XCTest itself leaks and stays off.
run_sanitized() {
    local kind=$1 folder=.build-${1:0:1}san
    install_for build servers tests
    fetch_for_tests
    build "Building with the $kind sanitizer" "$folder" "8 to 15 minutes" --build-tests --sanitize="$kind"
    export TSAN_OPTIONS="suppressions=$ROOT/scripts/tsan-suppressions.txt ${TSAN_OPTIONS:-}" TEST_LIMIT=${TEST_LIMIT:-14400}
    exec "$ROOT/$folder/debug/veredus-dev" test --scratch-path "$folder" --sanitize="$kind" "${@:2}"
}
