#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# conf/examples/postfix in a real Postfix, unpacked, on loopback: every parameter
# is known, each operator of delivery.yaml has its own service with limits that
# are never slower than étrier's pace, and they hold mail back; it passes a mail
# of this machine on, refuses one that is too large and what is no report.
# Signing and reports: dkim.sh.
set -u
name=system.postfix
. tests/peers.sh
. tests/relay.sh
fail() { echo "$name: FAILED: $*"; tail -n 20 "$work/relay/log" 2>/dev/null; exit 1; }
work=$(mktemp -d) && chmod 755 "$work"
sink=
end() {
	relay_end
	[ -z "$sink" ] || kill "$sink" 2>/dev/null
	wait 2>/dev/null
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap end EXIT
why=$(relay_missing)
[ -z "$why" ] || skip "$name" "$why"
out_port=$(free_port)
relay_new "$out_port"
etc=$relay/etc
change "$etc/main.cf" "smtpd_milters = inet:127.0.0.1:8891" "smtpd_milters ="
echo "courrier.example orange:[127.0.0.1]:$out_port" >>"$etc/transport"

# --- what it says of itself
in_relay postconf -n >"$work/said" 2>&1 || fail "postconf"
in_relay postconf -M >>"$work/said" 2>&1 || fail "postconf -M"
in_relay postconf -P >>"$work/said" 2>&1 || fail "postconf -P"
grep -i 'warning\|unused\|error:' "$work/said" | grep -v local_transport &&
	fail "postconf warns"
in_relay postfix check >"$work/said" 2>&1 || { cat "$work/said"; fail "postfix check"; }
# Of programs that are unpacked and not installed it says that they are.
grep -i warning "$work/said" "$relay/log" 2>/dev/null | grep -vF "$postfix/" &&
	fail "postfix check warns"
: >"$relay/log"

# --- each operator and domain of delivery.yaml
/usr/bin/python3 - conf/delivery.yaml >"$work/operators" <<'PY' || fail "delivery.yaml"
import re, sys
# NAME PACE DOMAIN... a line, without a library of YAML.
name = pace = None
domains, text = [], open(sys.argv[1]).read().split("\ndomains:\n")[1]
for block in re.split(r"\n(?=  [a-z])", "\n" + text):
    head = re.match(r"\s*([a-z]+):\n", block)
    if not head:
        continue
    match = re.search(r"match: \[([^\]]*)\]", block, re.S)[1]
    pace = re.search(r"max_per_minute: (\d+)", block)[1]
    print(head[1], pace, *re.split(r"[,\s]+", match.strip()))
PY
[ "$(wc -l <"$work/operators")" -ge 8 ] || fail "operators: $(cat "$work/operators")"
while read -r operator pace domains; do
	for domain in $domains; do
		[ "$(in_relay postmap -q "$domain" "texthash:$etc/transport")" = "$operator:" ] ||
			fail "$domain does not go by $operator"
	done
	processes=$(in_relay postconf -M "$operator/unix" | awk '{ print $7 }')
	limit=$(in_relay postconf -h "${operator}_destination_concurrency_limit")
	[ "$processes" = "$limit" ] ||
		fail "$operator: $processes processes, $limit connections"
	delay=$(in_relay postconf -h "${operator}_transport_rate_delay" 2>/dev/null)
	case ${delay:-0s} in
	0s | \$default*) [ "$pace" -ge 120 ] || fail "$operator has no rate delay" ;;
	*) [ $((60 / ${delay%s})) -ge "$pace" ] || fail "$operator is slower than étrier" ;;
	esac
	case $operator in
	orange) [ "$limit" = 2 ] || fail "orange: $limit connections" ;;
	esac
	in_relay postconf -h "${operator}_destination_recipient_limit" 2>/dev/null |
		grep -qx 1 && fail "$operator: a limit of 1 makes every address a destination"
done <"$work/operators"
[ -z "$(in_relay postmap -q ailleurs.example "texthash:$etc/transport")" ] ||
	fail "a small domain has a way of its own"
[ "$(in_relay postconf -h smtp_destination_concurrency_limit)" -le 5 ] ||
	fail "the default has no limit"
grep -q '^laposte .*\|smtp_delivery_status_filter' "$etc/master.cf" || fail "no filter"
filtered=$(in_relay postmap -q "5.0.0 host mx said: 550 5.5.0 LPN007_510 later" \
	"regexp:$etc/laposte")
[ "$filtered" = "4.0.0 host mx said: 550 5.5.0 LPN007_510 later" ] ||
	fail "LPN007_510 is for good: $filtered"

# --- mails
LD_LIBRARY_PATH=$relay_libraries mkdir "$work/got" && chown nobody "$work/got"
LD_LIBRARY_PATH=$relay_libraries "$postfix/usr/sbin/smtp-sink" -u nobody \
	-d "$work/got/%M." "127.0.0.1:$out_port" 10 &
sink=$!
wait_for_port "$out_port" || fail "smtp-sink"
relay_start
/usr/bin/python3 - "$relay_port" <<'PY' >"$work/sent" || { cat "$work/sent"; fail "the mail was not taken"; }
import smtplib, sys
s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20)
ours = "b+0123456789abcdef01234567@retours.essai.example"
small = "From: a@etrier.example\r\nTo: b@elsewhere.example\r\nSubject: essai\r\n\r\nBonjour\r\n"
s.sendmail(ours, ["b@elsewhere.example"], small)
for n in range(3):
    s.sendmail(ours, [f"b{n}@courrier.example"], small.replace("essai", "pas"))
try:
    s.sendmail(ours, ["b@elsewhere.example"], small + ("x" * 70 + "\r\n") * 20000)
    sys.exit("a mail above the limit was taken")
except smtplib.SMTPException as e:
    print("refused:", e)
code, text = s.docmd("VRFY", "root")
assert code == 502, (code, text)
# What comes back: reports and stops, nothing else.
wanted = [(ours, 250), ("stop+7K2QF8M3XW@retours.essai.example", 250),
          ("plaintes@retours.essai.example", 250),
          ("b+0123@retours.essai.example", 550), ("b+0123456789abcdef01234567@x@retours.essai.example", 550),
          ("postmaster2@retours.essai.example", 550), ("stop+../../etc@retours.essai.example", 550)]
for address, code in wanted:
    s.docmd("RSET")
    s.mail("")
    said = s.docmd("RCPT", f"TO:<{address}>")
    assert said[0] == code, (address, said)
s.quit()
PY
arrived() { [ "$(find "$work/got" -type f -size +0 | wc -l)" -ge 4 ]; }
for _ in $(seq 150); do arrived && break; sleep 0.1; done
arrived || fail "mails arrived: $(ls "$work/got")"
grep -q '^Subject: essai' "$work"/got/* || fail "the mail did not arrive"
grep -q 'Bonjour' "$work"/got/* || fail "the mail lost its body"
/usr/bin/python3 - "$work/got" <<'PY' || fail "the rate delay delays nothing"
import pathlib, sys
at = sorted(f.stat().st_mtime for f in pathlib.Path(sys.argv[1]).iterdir()
            if "Subject: pas" in f.read_text())
assert len(at) == 3, at
assert at[2] - at[0] > 1.5, f"three mails to one operator in {at[2] - at[0]:.1f} s"
PY
grep -q 'postfix/orange/smtp' "$relay/log" || fail "courrier.example did not go by orange"
grep -i 'warning\|fatal' "$relay/log" && fail "Postfix warns"
echo "$name: $(wc -l <"$work/operators") operators have their limits, three mails to one take two seconds; above 1 MiB, VRFY and strangers are refused"
