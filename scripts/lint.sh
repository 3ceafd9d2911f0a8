# shellcheck shell=bash
# What judges without running the product: style and documents; and all checks together. Sourced by ./dev.

SWIFT_FILES=(Package.swift Sources Tests)

# lint_step TITLE PROGRAM COMMAND…: every step runs even when one fails, so that one run shows all findings.
lint_step() {
    if ! command -v "$2" >/dev/null; then
        say "skip  $1 (not installed: $2)"
    elif "${@:3}"; then
        say "ok    $1"
    else
        say "FAIL  $1"
        LINT_FAILED+=("$1")
    fi
}

run_lint() {
    LINT_FAILED=()
    require_swift
    # A machine that only checks installs what it checks with; a person's machine is not changed for a lint.
    if [ "${CI:-}" = true ]; then install_for lint python; fi
    heading "Linting"
    lint_step "swift format" swift swift format lint --strict --parallel --recursive "${SWIFT_FILES[@]}"
    lint_step shellcheck shellcheck shellcheck --shell=bash --external-sources dev .ci/run scripts/*.sh
    lint_step "bash syntax" bash check_bash_syntax
    lint_step "Python syntax" /usr/bin/python3 check_python_syntax
    lint_step documents bash bash scripts/check-docs.sh
    lint_step docs/reference /usr/bin/python3 /usr/bin/python3 scripts/reference.py --check
    lint_step docker-compose.yml docker-compose check_compose
    ((${#LINT_FAILED[@]} == 0)) || fail "lint has findings: ${LINT_FAILED[*]}" "Mend them; './dev format' does what it can of the Swift part"
}

check_bash_syntax() {
    local file
    for file in dev .ci/run scripts/*.sh; do bash -n "$file" || return 1; done
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

# The reference is made from the code: settings, commands, operations.
run_docs() {
    install_for build python
    build_programs debug
    /usr/bin/python3 scripts/reference.py
}

run_format() {
    require_swift
    swift format --in-place --parallel --recursive "${SWIFT_FILES[@]}"
    say "Formatted."
}

# Each in a shell of its own: one step's servers and variables are not the next one's.
run_check() {
    export CI=true
    ./dev lint
    ./dev test
    ./dev asan
    ./dev tsan
    build_programs release
    ./dev demo RECIPIENTS=1000
    say "All checks passed."
}
