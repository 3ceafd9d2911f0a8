#!/usr/bin/env bash
# install-packages.sh PACKAGE…: apt-get install, as root, with the promise that nothing is started by it.
#
# While it runs, /usr/sbin/policy-rc.d forbids every start of a service and createcluster.d forbids PostgreSQL's default
# cluster; both are put back as they were, on an interrupt too. After a kill -9 the next run puts them back first.
# Nothing that is installed already is removed. Run by scripts/install.sh, through sudo where needed.
set -euo pipefail

policy=/usr/sbin/policy-rc.d
earlier=/usr/sbin/policy-rc.d.before-veredus
marker='set by the Veredus project for one installation'
cluster_folder=/etc/postgresql-common/createcluster.d
cluster_drop=$cluster_folder/zz-veredus.conf
made_folder=0

put_back() {
    if [ -e "$earlier" ] || [ -L "$earlier" ]; then
        mv -f "$earlier" "$policy"
    elif grep -qs "$marker" "$policy"; then
        rm -f "$policy"
    fi
    rm -f "$cluster_drop"
    if ((made_folder)); then rmdir -p "$cluster_folder" 2>/dev/null || true; fi
}

forbid_services() {
    if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$earlier"; fi
    printf '#!/bin/sh\n# %s: no package starts a service.\nexit 101\n' "$marker" >"$policy"
    chmod 755 "$policy"
    [ -d "$cluster_folder" ] || made_folder=1
    mkdir -p "$cluster_folder"
    printf '# %s\ncreate_main_cluster = false\n' "$marker" >"$cluster_drop"
}

# A package that brings a service also switches it on for the next boot: not what was asked for.
switch_off() {
    local unit
    for unit in "$@"; do
        # The helper knows units without a running systemd, and wants to be called by a package.
        DPKG_MAINTSCRIPT_PACKAGE=veredus deb-systemd-helper disable "$unit" >/dev/null 2>&1 || true
        if command -v systemctl >/dev/null; then systemctl disable --quiet "$unit" >/dev/null 2>&1 || true; fi
        if [ -e "/etc/init.d/${unit%.*}" ]; then update-rc.d "${unit%.*}" disable >/dev/null 2>&1 || true; fi
    done
}

had() { dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

exec 9>/run/lock/veredus-install
flock -w 900 9 || { echo "error: another installation has been running for 15 minutes. Look for it with 'ps'." >&2; exit 1; }

trap put_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
put_back
forbid_services

fresh=()
had rabbitmq-server || fresh+=(rabbitmq-server.service epmd.service epmd.socket)
had postgresql-common || fresh+=(postgresql.service)
had dovecot-core || fresh+=(dovecot.service dovecot.socket)

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt() { apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" 9>&-; }
# Another apt may hold the lists for a moment, and `update` does not wait for it.
for _ in 1 2 3 4; do
    apt update && break
    echo "warning: apt-get update failed; once more in 5 s, and else with the lists that are there" >&2
    sleep 5
done
apt install --yes --no-install-recommends --no-remove "$@"
switch_off "${fresh[@]}"
