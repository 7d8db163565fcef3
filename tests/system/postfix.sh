#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# conf/examples/postfix/main.cf in a real Postfix, unpacked, on loopback: it
# knows every parameter, passes a mail of this machine on, and refuses one that
# is too large. Only what names this machine's folders and ports is changed.
set -u
name=system.postfix
. tests/peers.sh
fail() { echo "$name: FAILED: $*"; tail -n 20 "$work/log" 2>/dev/null; exit 1; }
[ "$(id -u)" -eq 0 ] || skip "$name" "Postfix starts as root only"
getent passwd nobody daemon >/dev/null || skip "$name" "there is no user nobody"
postfix=$(peer postfix usr/sbin/postconf usr/lib/postfix/sbin/master) ||
	skip "$name" "no postfix package"
work=$(mktemp -d) && chmod 755 "$work"
sink= master=
end() {
	[ -z "$master" ] || kill "$master" 2>/dev/null
	[ -z "$sink" ] || kill "$sink" 2>/dev/null
	wait 2>/dev/null
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap end EXIT
mkdir -p "$work"/{etc,queue,data,got}
chown nobody "$work/got"
in_port=$(free_port) out_port=$(free_port)
cat conf/examples/postfix/main.cf >"$work/etc/main.cf"
cat >>"$work/etc/main.cf" <<CF
queue_directory = $work/queue
data_directory = $work/data
command_directory = $postfix/usr/sbin
daemon_directory = $postfix/usr/lib/postfix/sbin
import_environment = MAIL_CONFIG LD_LIBRARY_PATH LANG=C
mail_owner = nobody
default_privs = daemon
setgid_group = mail
inet_protocols = ipv4
shlib_directory = $postfix/usr/lib/postfix
meta_directory = $postfix/etc/postfix
default_transport = smtp:[127.0.0.1]:$out_port
maillog_file = $work/log
maillog_file_prefixes = $work
CF
sed -E "s/^smtp +inet .*/127.0.0.1:$in_port inet n - n - - smtpd/; s/^([a-z]+ +(unix|fifo) +[-yn] +[-yn] +)[-yn]/\1n/" \
	"$postfix/usr/share/postfix/master.cf.dist" >"$work/etc/master.cf"
export LD_LIBRARY_PATH=$postfix/usr/lib/postfix:$postfix/usr/lib/x86_64-linux-gnu
MAIL_CONFIG=$work/etc "$postfix/usr/sbin/postconf" -n -c "$work/etc" >"$work/said" 2>&1 || fail "postconf"
grep -i 'warning\|unused' "$work/said" && fail "postconf warns"

"$postfix/usr/sbin/smtp-sink" -u nobody -d "$work/got/%M." "127.0.0.1:$out_port" 10 &
sink=$!
wait_for_port "$out_port" || fail "smtp-sink"
(cd "$work/queue" && mkdir -p active bounce corrupt defer deferred flush hold \
	incoming private maildrop public saved trace pid) &&
	chown -R nobody "$work/queue" "$work/data" && chown root "$work/queue" &&
	chown root "$work/queue/pid" || fail "queue"
MAIL_CONFIG=$work/etc "$postfix/usr/lib/postfix/sbin/master" -c "$work/etc" -d >"$work/master" 2>&1 &
master=$!
wait_for_port "$in_port" || { cat "$work/master"; fail "Postfix does not listen"; }

/usr/bin/python3 - "$in_port" <<'PY' >"$work/sent" || { cat "$work/sent"; fail "the mail was not taken"; }
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
small = "From: a@etrier.example\r\nTo: b@elsewhere.example\r\nSubject: essai\r\n\r\nBonjour\r\n"
s.sendmail("a@etrier.example", ["b@elsewhere.example"], small)
try:
    s.sendmail("a@etrier.example", ["b@elsewhere.example"], small + ("x" * 70 + "\r\n") * 20000)
    sys.exit("a mail above the limit was taken")
except smtplib.SMTPException as e:
    print("refused:", e)
code, text = s.docmd("VRFY", "root")
assert code == 502, (code, text)
s.quit()
PY
for _ in $(seq 100); do ls "$work"/got/* >/dev/null 2>&1 && break; sleep 0.1; done
grep -q '^Subject: essai' "$work"/got/* || fail "the mail did not arrive"
grep -q 'Bonjour' "$work"/got/* || fail "the mail lost its body"
echo "$name: the example passes a mail on, refuses one above 1 MiB and VRFY"
