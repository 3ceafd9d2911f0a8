# shellcheck shell=bash
# What this machine needs and lacks (scripts/packages.txt): says it, and installs it. Sourced by ./dev.

# missing_for PURPOSE…: the packages that this machine lacks, one a line.
missing_for() {
    local purpose packages check
    while IFS='|' read -r purpose packages check; do
        [[ " $* " == *" $purpose "* ]] || continue
        (eval "$check") </dev/null >/dev/null 2>&1 || tr ' ' '\n' <<<"$packages"
    done 3>&2 <scripts/packages.txt | sort -u
}

# outdated PACKAGE VERSION: an older one is installed, and apt offers that version or a newer one.
outdated() {
    local have
    have=$(dpkg-query --show --showformat '${Version}' "$1") && [ -n "$have" ] && dpkg --compare-versions "$have" lt "$2" || return 1
    dpkg --compare-versions "$(apt-cache policy "$1" | sed -n 's/^ *Candidate: //p')" ge "$2" ||
        { warn "$1 $have is older than $2, which mends known holes, and apt offers nothing newer" 2>&3; return 1; }
}

# as_root COMMAND…: directly, or through sudo, which may ask for a password only where somebody can type it.
as_root() {
    if [ "$EUID" -eq 0 ]; then "$@"; elif [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

# install_for PURPOSE…: announces and installs what is missing; quick when nothing is.
install_for() {
    local -a packages
    mapfile -t packages < <(missing_for "$@")
    ((${#packages[@]} > 0)) || return 0
    heading "Installing what this machine lacks: ${packages[*]}"
    say "With apt-get and what they depend on; no service is started, nothing is removed, no mail server is touched."
    command -v apt-get >/dev/null || fail "this machine has no apt-get" "Install by hand what corresponds to: ${packages[*]}"
    [ "$EUID" -eq 0 ] || command -v sudo >/dev/null ||
        fail "installing needs root, and there is no sudo" "As root, run: apt-get install ${packages[*]}"
    as_root bash "$ROOT/scripts/install-packages.sh" "${packages[@]}" ||
        fail "apt-get could not install ${packages[*]}" "Read its message above; as root, run: apt-get install ${packages[*]}"
    mapfile -t packages < <(missing_for "$@")
    ((${#packages[@]} == 0)) ||
        fail "still missing after the installation: ${packages[*]}" "See which version apt offers: apt-cache policy ${packages[*]}"
}

fetch_for_tests() { fetch_postfix; fetch_mail_servers; fetch_bounces; fetch_python; }

# Postfix's own programs, for tests and the benchmark, with the libraries that this machine lacks: its mail server stays as
# it is.
fetch_postfix() {
    local -a libraries
    [ ! -d "$LOCAL/postfix" ] || return 0
    know_package postfix
    mapfile -t libraries < <(lacking_libraries postfix)
    unpack postfix "usr/sbin/smtp-sink usr/sbin/smtp-source" postfix "${libraries[@]}"
}

# Other mail servers, whose notices tests read; as packages they would replace each other. One that is not to be had is left
# out, and its test skipped.
fetch_mail_servers() {
    fetch_mail_server exim exim4-daemon-light
    fetch_mail_server opensmtpd opensmtpd
    fetch_mail_server sendmail sendmail-bin sendmail-cf m4
    fetch_mail_server dovecot dovecot-core dovecot-sieve
}

# fetch_mail_server NAME PACKAGE…
fetch_mail_server() {
    [ ! -d "$LOCAL/$1" ] || return 0
    (
        know_package "$2"
        mapfile -t libraries < <(lacking_libraries "${@:2}")
        unpack "$1" "" "${@:2}" "${libraries[@]}"
    ) || {
        warn "its tests are skipped until .local/$1 is removed and the package can be fetched"
        mkdir -p "$LOCAL/$1"
    }
}

# lacking_libraries PACKAGE…: the libraries that they need and this machine lacks, one a line.
lacking_libraries() {
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
        grep -E '^lib[a-z0-9.+-]+$' | grep -vE '(perl|installer)' | sort -u |
        while read -r library; do dpkg-query --show "$library" >/dev/null 2>&1 || echo "$library"; done
}

# wrk, which asks a web server as fast as it answers, for the benchmark.
fetch_wrk() { [ -d "$LOCAL/wrk" ] || unpack wrk usr/bin/wrk wrk libluajit-5.1-2 libluajit-5.1-common; }

# Second opinions about bounces, for tests: three packages and what they need.
fetch_bounces() {
    [ -d "$LOCAL/bounces" ] || unpack bounces "" libsisimai-perl libclass-accessor-lite-perl libjson-perl \
        python3-flufl.bounce python3-public python3-zope.interface python3-pkg-resources \
        libmail-deliverystatus-bounceparser-perl libmailtools-perl libmime-tools-perl libtimedate-perl \
        libio-stringy-perl libconvert-binhex-perl
}

# unpack NAME "PROGRAM …" PACKAGE…: Debian's packages below .local/NAME, not installed; the programs also in its bin/, where
# they find the libraries beside them.
unpack() {
    local stage=$LOCAL/$1.new item
    heading "Fetching $3 and what it needs into .local/$1 (unpacked, not installed)"
    know_package "$3"
    rm -rf "$stage"
    mkdir -p "$stage/packages" "$stage/bin"
    (
        cd "$stage/packages"
        apt-get -q -o APT::Sandbox::User="$(id -un)" download "${@:3}" >/dev/null || exit
        for item in *.deb; do dpkg-deb -x "$item" ..; done
    ) || fail "what belongs in .local/$1 could not be fetched" "Try: apt-get download $3"
    for item in $2; do
        cat >"$stage/bin/${item##*/}" <<WRAPPER
#!/bin/sh
here=\$(cd "\$(dirname "\$0")/.." && pwd)
LD_LIBRARY_PATH="\$here/usr/lib/postfix:\$(echo "\$here"/usr/lib/*-linux-gnu*):\$(echo "\$here"/lib/*-linux-gnu*)"
export LD_LIBRARY_PATH
exec "\$here/$item" "\$@"
WRAPPER
        chmod 755 "$stage/bin/${item##*/}"
    done
    rm -rf "$stage/packages"
    mv "$stage" "$LOCAL/$1"
}

# know_package PACKAGE: apt knows it, else its lists are fetched.
know_package() {
    command -v apt-get >/dev/null ||
        fail "this machine has no apt-get to fetch $1 with" "Use Debian 12 or a relative, or make .local/$1 by hand"
    apt-cache show "$1" >/dev/null 2>&1 || as_root apt-get -q -o DPkg::Lock::Timeout=120 update ||
        fail "apt knows no package $1, and apt-get update failed" "As root, run: apt-get update"
}

# Python packages for tests, in a virtual environment below .local.
fetch_python() {
    local wanted venv=$LOCAL/venv
    wanted=$(cksum <scripts/requirements.txt)
    [ "$(cat "$venv/veredus-requirements" 2>/dev/null)" != "$wanted" ] || [ ! -x "$venv/bin/python" ] || return 0
    heading "Making .local/venv: $(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" || fail "python3 could not make $venv" "As root, run: apt-get install python3-venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement scripts/requirements.txt ||
        fail "pip could not install the packages of scripts/requirements.txt" "Read its message above; a package index must be reachable"
    printf '%s' "$wanted" >"$venv/veredus-requirements"
}
