# shellcheck shell=bash
# Everything that judges without running the product: style, documents, sanitizers; and all of it together. Sourced by ./dev.

SWIFT_FILES=(Package.swift Sources Tests)

# lint_step TITLE COMMAND…: runs every step even when one fails, so that one run shows all findings.
lint_step() {
    local title=$1
    shift
    if "$@"; then
        say "ok    $title"
    else
        say "FAIL  $title"
        LINT_FAILED+=("$title")
    fi
}

run_lint() {
    take_arguments "" "$@"
    LINT_FAILED=()
    require_swift
    # A machine that only checks installs what it checks with; a person's machine is not changed for a lint.
    if [ "${CI:-}" = true ]; then install_for lint python; fi
    heading "Linting"
    [ -d Benchmarks ] && [ -n "$(find Benchmarks -name '*.swift' -print -quit)" ] && SWIFT_FILES+=(Benchmarks)
    lint_step "swift format" swift format lint --strict --parallel --recursive "${SWIFT_FILES[@]}"
    if command -v shellcheck >/dev/null; then
        lint_step shellcheck shellcheck --shell=bash --external-sources dev .ci/run scripts/*.sh
    else
        say "skip  shellcheck (not installed: apt-get install shellcheck)"
    fi
    lint_step "bash syntax" check_bash_syntax
    if system_python >/dev/null; then
        lint_step "Python syntax" check_python_syntax
    else
        say "skip  Python syntax (not installed: apt-get install python3)"
    fi
    lint_step documents bash scripts/check-docs.sh
    if system_python >/dev/null; then lint_step "docs/reference" /usr/bin/python3 scripts/reference.py --check; fi
    if command -v docker-compose >/dev/null; then
        lint_step docker-compose.yml check_compose
    else
        say "skip  docker-compose.yml (not installed: apt-get install docker-compose)"
    fi
    ((${#LINT_FAILED[@]} == 0)) || fail "lint has findings: ${LINT_FAILED[*]}" "Mend them; './dev format' does what it can of the Swift part"
}

# The reference is made from the code: settings, commands, operations.
run_docs() {
    take_arguments "" "$@"
    install_for build python
    build_programs debug
    /usr/bin/python3 scripts/reference.py
}

check_bash_syntax() {
    local file status=0
    for file in dev .ci/run scripts/*.sh; do bash -n "$file" || status=1; done
    return "$status"
}

check_python_syntax() {
    find Benchmarks Tests scripts -name '*.py' -print0 | xargs -0 -r /usr/bin/python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

# Passwords are asked for, not given: the check makes some, in a folder that goes away.
check_compose() {
    local folder status=0
    folder=$(mktemp -d)
    bash scripts/compose-secrets.sh "$folder" >/dev/null &&
        docker-compose --project-directory . --env-file "$folder/.env" --file docker-compose.yml config --quiet || status=1
    rm -rf "$folder"
    return "$status"
}

run_format() {
    take_arguments "" "$@"
    require_swift
    swift format --in-place --parallel --recursive "${SWIFT_FILES[@]}"
    say "Formatted."
}

# run_sanitized address|thread [ARGUMENT…]: in a build folder of its own. XCTest itself leaks and stays off.
run_sanitized() {
    local kind=$1 folder
    shift
    folder=.build-${kind:0:1}san
    prepare_tests
    heading "Building with the $kind sanitizer"
    announce_build "$folder" "8 to 15 minutes"
    swift build --build-tests --scratch-path "$folder" --sanitize="$kind" "${BUILD_FLAGS[@]}" ||
        fail "the build failed" "Read the compiler's message above"
    heading "Testing with the $kind sanitizer"
    export TSAN_OPTIONS="suppressions=$ROOT/scripts/tsan-suppressions.txt ${TSAN_OPTIONS:-}"
    swift test --skip-build --scratch-path "$folder" --sanitize="$kind" --disable-xctest "${BUILD_FLAGS[@]}" "$@" ||
        fail "tests failed under the $kind sanitizer" "Read the first report above; later ones often follow from it"
}

run_check() {
    take_arguments "" "$@"
    export CI=true
    # Each in a shell of its own: one step's servers and variables are not the next one's.
    ./dev lint
    ./dev test
    bash scripts/test-servers.sh
    ./dev asan
    ./dev tsan
    require_swift
    heading "Building (release)"
    build_release
    ./dev demo RECIPIENTS=1000
    say "All checks passed."
}
