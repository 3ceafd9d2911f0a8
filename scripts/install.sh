# shellcheck shell=bash
# What this machine needs and lacks: says it, and installs it. Sourced by ./dev.
#
# A thing is missing when it cannot be used, not when a package of that name is not there: a hand-built library counts.

RABBITMQ_BIN=/usr/lib/rabbitmq/bin
POSTFIX=$LOCAL/postfix
VENV=$LOCAL/venv
BOUNCES=$LOCAL/bounces
WRK=$LOCAL/wrk
LIBRABBITMQ_LEAST=0.11.0-1+deb12u3

# postgres_bin: the folder of the newest installed PostgreSQL's programs, 15 or later.
postgres_bin() {
    local folder version best=
    for folder in /usr/lib/postgresql/*/bin; do
        version=${folder#/usr/lib/postgresql/}
        version=${version%/bin}
        [[ $version =~ ^[0-9]+$ ]] || continue
        ((version >= 15 && version > ${best:-0})) || continue
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/psql" ] && best=$version
    done
    [ -n "$best" ] && printf '/usr/lib/postgresql/%s/bin' "$best"
}

has_library() { command -v pkg-config >/dev/null && pkg-config --exists "$1"; }

system_python() { [ -x /usr/bin/python3 ] && printf /usr/bin/python3; }

# The packages for a purpose that this machine lacks, one a line.
missing_for() {
    local purpose
    for purpose in "$@"; do
        case $purpose in
            build)
                command -v git >/dev/null || echo git
                [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
                command -v pkg-config >/dev/null || echo pkg-config
                has_library 'librabbitmq >= 0.11' || echo librabbitmq-dev
                has_library libpq || echo libpq-dev
                has_library 'libcurl >= 7.88' || echo libcurl4-openssl-dev
                ;;
            servers)
                [ -x "$RABBITMQ_BIN/rabbitmq-server" ] || echo rabbitmq-server
                postgres_bin >/dev/null || printf '%s\n' postgresql postgresql-client
                command -v openssl >/dev/null || echo openssl
                ;;
            tests)
                { system_python >/dev/null && /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null; } ||
                    printf '%s\n' python3 python3-venv
                # Its paths are built in: it cannot be unpacked elsewhere as Postfix is.
                { [ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/imap ]; } || echo dovecot-imapd
                # A browser, for the pages; a snap of that name cannot read private profile folders.
                [ -x /usr/bin/chromium ] || echo chromium
                { [ -x /usr/bin/perl ] && /usr/bin/perl -MFile::Temp -MMIME::Base64 -e 1 2>/dev/null; } || echo perl
                ;;
            python) system_python >/dev/null || echo python3 ;;
            lint) command -v shellcheck >/dev/null || echo shellcheck ;;
        esac
    done
}

# Debian 12 first shipped a librabbitmq with known holes: ask for the mended one where apt knows it.
outdated_library() {
    local have offered
    command -v dpkg-query >/dev/null && command -v apt-cache >/dev/null || return 0
    have=$(dpkg-query --show --showformat '${Version}' librabbitmq-dev 2>/dev/null) || return 0
    [ -n "$have" ] && dpkg --compare-versions "$have" lt "$LIBRABBITMQ_LEAST" || return 0
    offered=$(apt-cache policy librabbitmq-dev | awk '$1 == "Candidate:" { print $2 }')
    if dpkg --compare-versions "${offered:-0}" ge "$LIBRABBITMQ_LEAST"; then
        printf '%s\n' librabbitmq-dev librabbitmq4
    else
        warn "librabbitmq $have is older than $LIBRABBITMQ_LEAST, which mends known holes, and apt offers nothing newer"
    fi
}

# as_root COMMAND…: directly, or through sudo, which may ask for a password only where somebody can type it.
as_root() {
    if [ "$EUID" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 127
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install_for PURPOSE…: announces and installs what is missing; quick when nothing is.
install_for() {
    local -a packages
    mapfile -t packages < <({ missing_for "$@"; outdated_library; } | sort -u)
    if ((${#packages[@]} > 0)); then
        heading "Installing what this machine lacks: ${packages[*]}"
        say "With apt-get and what they depend on; no service is started, nothing is removed, no mail server is touched."
        command -v apt-get >/dev/null ||
            fail "this machine has no apt-get" "Install by hand what corresponds to: ${packages[*]}"
        [ "$EUID" -eq 0 ] || command -v sudo >/dev/null ||
            fail "installing needs root, and there is no sudo" "As root, type: apt-get install ${packages[*]}"
        as_root bash "$ROOT/scripts/install-packages.sh" "${packages[@]}" ||
            fail "apt-get could not install ${packages[*]}" "Read its message above; as root, type: apt-get install ${packages[*]}"
        mapfile -t packages < <(missing_for "$@")
        ((${#packages[@]} == 0)) ||
            fail "still missing after the installation: ${packages[*]}" "See which version apt offers: apt-cache policy ${packages[*]}"
    fi
}

# Postfix's own programs, for tests and the benchmark, unpacked below .local: the machine's mail server stays as it is.
fetch_postfix() {
    [ -x "$POSTFIX/bin/smtp-sink" ] && [ -x "$POSTFIX/bin/smtp-source" ] && return
    heading "Fetching Postfix's programs into .local/postfix (unpacked, not installed)"
    command -v apt-get >/dev/null ||
        fail "this machine has no apt-get to fetch postfix with" "Put smtp-sink and smtp-source into $POSTFIX/bin by hand"
    if ! apt-cache show postfix >/dev/null 2>&1; then
        as_root apt-get -q -o DPkg::Lock::Timeout=120 update ||
            fail "apt knows no package postfix, and apt-get update failed" "As root, type: apt-get update"
    fi
    local stage=$LOCAL/postfix.new package
    rm -rf "$stage" "$POSTFIX"
    mkdir -p "$stage/packages" "$stage/bin"
    (
        cd "$stage/packages"
        apt-get -q -o APT::Sandbox::User="$(id -un)" download postfix >/dev/null
        postfix_libraries | while read -r package; do
            apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package" >/dev/null
        done
        for package in *.deb; do dpkg-deb -x "$package" ..; done
    ) || fail "postfix could not be fetched" "Try: apt-get download postfix"
    for package in smtp-sink smtp-source; do
        wrap_postfix "$package" >"$stage/bin/$package"
        chmod 755 "$stage/bin/$package"
    done
    rm -rf "$stage/packages"
    mv "$stage" "$POSTFIX"
}

# wrk, which asks a web server as fast as it answers, for the benchmark: unpacked below .local, not installed.
fetch_wrk() {
    [ -x "$WRK/bin/wrk" ] && return
    heading "Fetching wrk into .local/wrk (unpacked, not installed)"
    command -v apt-get >/dev/null || fail "this machine has no apt-get to fetch wrk with" "Put wrk into $WRK/bin by hand"
    if ! apt-cache show wrk >/dev/null 2>&1; then
        as_root apt-get -q -o DPkg::Lock::Timeout=120 update ||
            fail "apt knows no package wrk, and apt-get update failed" "As root, type: apt-get update"
    fi
    local stage=$LOCAL/wrk.new package
    rm -rf "$stage" "$WRK"
    mkdir -p "$stage/packages" "$stage/bin"
    (
        cd "$stage/packages"
        for package in wrk libluajit-5.1-2 libluajit-5.1-common; do
            apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package" >/dev/null
        done
        for package in *.deb; do dpkg-deb -x "$package" ..; done
    ) || fail "wrk could not be fetched" "Try: apt-get download wrk"
    cat >"$stage/bin/wrk" <<'WRAPPER'
#!/bin/sh
# Debian's wrk, unpacked here; it finds its library beside it.
here=$(cd "$(dirname "$0")/.." && pwd)
LD_LIBRARY_PATH="$(echo "$here"/usr/lib/*-linux-gnu*)"
export LD_LIBRARY_PATH
exec "$here/usr/bin/wrk" "$@"
WRAPPER
    chmod 755 "$stage/bin/wrk"
    rm -rf "$stage/packages"
    mv "$stage" "$WRK"
}

# Second opinions about bounces, for tests: three packages and what they need, unpacked below .local, none installed.
fetch_bounces() {
    [ -e "$BOUNCES/complete" ] && return
    heading "Fetching other readers of bounces into .local/bounces (unpacked, not installed)"
    command -v apt-get >/dev/null ||
        fail "this machine has no apt-get to fetch them with" "Run the tests with REQUIRE_SERVERS=0, which skips what is missing"
    if ! apt-cache show libsisimai-perl >/dev/null 2>&1; then
        as_root apt-get -q -o DPkg::Lock::Timeout=120 update ||
            fail "apt knows no package libsisimai-perl, and apt-get update failed" "As root, type: apt-get update"
    fi
    local stage=$LOCAL/bounces.new package
    rm -rf "$stage" "$BOUNCES"
    mkdir -p "$stage/packages"
    (
        cd "$stage/packages"
        for package in python3-flufl.bounce python3-public python3-zope.interface python3-pkg-resources \
            libsisimai-perl libclass-accessor-lite-perl libjson-perl \
            libmail-deliverystatus-bounceparser-perl libmailtools-perl libmime-tools-perl libtimedate-perl \
            libio-stringy-perl libconvert-binhex-perl; do
            apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package" >/dev/null
        done
        for package in *.deb; do dpkg-deb -x "$package" ..; done
    ) || fail "the packages could not be fetched" "Try: apt-get download libsisimai-perl"
    rm -rf "$stage/packages"
    touch "$stage/complete"
    mv "$stage" "$BOUNCES"
}

# The libraries that postfix needs and this machine lacks.
postfix_libraries() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances postfix |
        grep -E '^lib[a-z0-9.+-]+$' | grep -vE '(perl|installer)' | sort -u |
        while read -r package; do
            dpkg-query --show "$package" >/dev/null 2>&1 || printf '%s\n' "$package"
        done
}

wrap_postfix() {
    cat <<WRAPPER
#!/bin/sh
# Debian's $1, unpacked here; it finds its libraries beside it.
here=\$(cd "\$(dirname "\$0")/.." && pwd)
LD_LIBRARY_PATH="\$here/usr/lib/postfix:\$(echo "\$here"/usr/lib/*-linux-gnu*):\$(echo "\$here"/lib/*-linux-gnu*)"
export LD_LIBRARY_PATH
exec "\$here/usr/sbin/$1" "\$@"
WRAPPER
}

# Python packages for tests, in a virtual environment below .local.
fetch_python() {
    local wanted
    wanted=$(cksum <"$ROOT/scripts/requirements.txt")
    [ "$(cat "$VENV/veredus-requirements" 2>/dev/null)" = "$wanted" ] && [ -x "$VENV/bin/python" ] && return
    heading "Making .local/venv: $(grep -v '^#' "$ROOT/scripts/requirements.txt" | tr '\n' ' ')"
    rm -rf "$VENV"
    /usr/bin/python3 -m venv "$VENV" || fail "python3 could not make $VENV" "As root, type: apt-get install python3-venv"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$ROOT/scripts/requirements.txt" ||
        fail "pip could not install the packages of scripts/requirements.txt" "Read its message above; a package index must be reachable"
    printf '%s' "$wanted" >"$VENV/veredus-requirements"
}
