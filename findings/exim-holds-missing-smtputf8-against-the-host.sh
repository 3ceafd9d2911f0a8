#!/usr/bin/env bash
# Exim 4.96 (Debian 4.96-15+deb12u11) remembers a next host that does not offer SMTPUTF8 as if it had failed.
#
# One message with an address outside ASCII goes to a smart host without SMTPUTF8: it bounces at once, as it must. An
# ordinary message that follows to the same host, for another recipient, is then not tried: "retry time not reached for
# any host". The host's retry record is of the host, not of the message. Expected: only the first message suffers.
#
# It means for whoever relays through Exim, or tests with it: mail that needs SMTPUTF8 delays mail that does not, unless
# it goes to a host of another name (retry records are kept by name and address), or the retry rule is short.
#
# Needs root (Exim drops it), Debian's packages and Python 3. Run: findings/exim-holds-missing-smtputf8-against-the-host.sh
set -euo pipefail
version=4.96-15+deb12u11
[ "$(id -u)" = 0 ] || { echo "run it as root: Exim starts as root and drops it" >&2; exit 69; }
place=$(mktemp -d)
pids=()
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$place"; }
trap finish EXIT
chmod 755 "$place"
cd "$place"
apt-get -qq download "exim4-daemon-light=$version" libidn12=1.41-1 libgnutls-dane0 libunbound8 libevent-2.1-7 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

# The next host: takes everything, and offers no SMTPUTF8.
cat >next.py <<'P'
import socketserver, sys
class Session(socketserver.StreamRequestHandler):
    def say(self, text): self.wfile.write(text.encode() + b"\r\n")
    def handle(self):
        self.say("220 next.example")
        while line := self.rfile.readline():
            word = line.upper()
            if word.startswith(b"EHLO"): self.say("250-next.example\r\n250 8BITMIME")
            elif word.startswith(b"DATA"):
                self.say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""): pass
                self.say("250 ok")
            elif word.startswith(b"QUIT"): return self.say("221 bye")
            else: self.say("250 ok")
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
print(server.server_address[1], flush=True)
server.serve_forever()
P
python3 next.py >port & pids+=($!)
until [ -s port ]; do sleep 0.1; done

printf '%s\n' "$(cat /etc/passwd)" 'Debian-exim:x:64900:64900::/:/usr/sbin/nologin' >passwd
printf '%s\n' "$(cat /etc/group)" 'Debian-exim:x:64900:' >group
install -d -o 64900 -g 64900 spool
cat >exim.conf <<C
primary_hostname = relay.example
spool_directory = $place/spool
log_file_path = $place/spool/%slog
keep_environment =
tls_advertise_hosts =
smtputf8_advertise_hosts = *
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
notices:
  driver = redirect
  senders = :
  data = :blackhole:
next:
  driver = manualroute
  transport = remote
  route_list = * 127.0.0.1::$(cat port)
  self = send
begin transports
remote:
  driver = smtp
  allow_localhost
  utf8_downconvert = 0
begin retry
* * F,1h,1m
C
# submit RECIPIENT PARAMETER: one message, delivered before this returns.
# shellcheck disable=SC2016  # the inner shell expands them
submit() {
    printf 'EHLO app.example\r\nMAIL FROM:<news@app.example>%s\r\nRCPT TO:<%s>\r\nDATA\r\nSubject: x\r\n\r\nHello.\r\n.\r\nQUIT\r\n' "$2" "$1" \
        | unshare --mount sh -ec 'mount --bind passwd /etc/passwd; mount --bind group /etc/group
            mount -t overlay -o "lowerdir=$0/root/usr:/usr" overlay /usr; exec "$@"' "$place" \
            exim4 -C "$place/exim.conf" -odf -bs >/dev/null
}
submit ada@before.example ''
submit 'ü@unicode.example' ' SMTPUTF8'
submit ada@after.example ''
cut -d' ' -f4- spool/mainlog
grep -q '=> ada@before.example' spool/mainlog
grep -q 'unicode.example.*utf8 support required but not offered' spool/mainlog
grep -q "== ada@after.example .*retry time not reached for any host" spool/mainlog \
    || { echo "changed: the ordinary message was not held back" >&2; exit 1; }
echo "as stated: the ordinary message after it is held back"
