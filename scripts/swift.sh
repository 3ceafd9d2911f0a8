# shellcheck shell=bash
# The Swift toolchain and its builds. Sourced by ./dev.
#
# Every build has the same flags, so that none of them compiles again what another one has compiled.

SWIFT_LEAST=6.2
BUILD_FLAGS=(--explicit-target-dependency-import-check error)

require_swift() {
    local remedy="Install Swift $SWIFT_LEAST or later from https://www.swift.org/install/linux/ and put it on PATH" version
    command -v swift >/dev/null || fail "there is no 'swift' on PATH" "$remedy"
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9.]+$') ||
        fail "'swift --version' does not answer ($(command -v swift))" "$remedy"
    if ((10#${version%%.*} * 1000 + 10#${version#*.} < 10#${SWIFT_LEAST%%.*} * 1000 + 10#${SWIFT_LEAST#*.})); then
        fail "this is Swift $version ($(command -v swift))" "$remedy"
    fi
}

# announce_build FOLDER LONG: says how long a first build takes, when this is one.
announce_build() {
    [ -d "$ROOT/$1/checkouts" ] && [ -n "$(compgen -G "$ROOT/$1/*-linux-*")" ] && return
    say "This is the first build here: it takes $2 on 2 cores, mostly for cryptography. Later ones take seconds."
}

# build_debug: everything, tests included: the one build that tests, demo and CI share.
build_debug() {
    require_swift
    heading "Building (debug)"
    announce_build .build "5 to 11 minutes"
    swift build --build-tests "${BUILD_FLAGS[@]}" || fail "the build failed" "Read the compiler's message above"
}

# build_programs CONFIGURATION: what demo and soak run, without the tests; in CI with them, so that one debug build serves
# all of its steps: without --build-tests the compiler has other arguments, and compiles the programs again.
build_programs() {
    require_swift
    if [ "$1" = debug ] && [ -n "${CI:-}" ]; then
        build_debug
        return
    fi
    heading "Building the programs ($1)"
    if [ "$1" = release ]; then
        build_release
    else
        announce_build .build "5 to 11 minutes"
        swift build "${BUILD_FLAGS[@]}" || fail "the build failed" "Read the compiler's message above"
    fi
}

build_release() {
    require_swift
    announce_build .build-release "7 to 19 minutes"
    swift build -c release --scratch-path .build-release "${BUILD_FLAGS[@]}" ||
        fail "the release build failed" "Read the compiler's message above"
}

# program_folder CONFIGURATION: where the built programs lie.
program_folder() {
    if [ "$1" = release ]; then printf '%s' "$ROOT/.build-release/release"; else printf '%s' "$ROOT/.build/debug"; fi
}

run_setup() {
    take_arguments "" "$@"
    make_local
    require_swift
    install_for build servers tests lint
    fetch_postfix
    fetch_bounces
    fetch_python
    build_debug
    say "Ready. Next: ./dev demo, or ./dev test."
}

run_build() {
    take_arguments "" "$@"
    require_swift
    install_for build
    build_debug
}
