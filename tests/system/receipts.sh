#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The real daemon and a real Kannel, both ways: SMS leave through it, its
# receipts come back to our front under our own numbers, said twice they count
# once, and an SMS that says stop at the SMSC is an opt-out here. The lane is
# killed while Kannel has an SMS and has not answered: it is in doubt, does not
# leave again, and its receipt ends the doubt. Skipped without a Kannel.
set -u
name=system.receipts
. tests/peers.sh
. tests/daemon.sh
[ -e tests/kannel.sh ] || skip "$name" "this tree speaks to no Kannel"
. tests/kannel.sh
kannel_find || skip "$name" "no Kannel, and no Debian mirror to take it from"
instance_new
finish() {
	kannel_stop
	instance_end
}
trap finish EXIT

secret=0123456789abcdefGHIJ-_
kannel_start "$front_port" "/cb/sms/kannel/$secret" || fail "Kannel did not start"
(umask 077
 echo "$secret" >"$folder/secrets/sms-callback"
 echo kannel-password >"$folder/secrets/sms-key")
sms="{gateway: kannel, account: etrier, url: \"$kannel_url\", key_file: sms-key, callback_secret_file: sms-callback, profile: vln, number: \"+33639980000\", segment_cost: 0.055}"
# Whatever is held back for an adviser to stop goes at once here.
hold=
grep -q '"hold_minutes"' src/conf/*.c && hold=', hold_minutes: 0'
planner="{tick_s: 1$hold}"
instance_config
clock_at 10:00 # the hours of SMS, whatever the hour of the test
helper etrier-demo-http tests/golden/feeds
daemon_start
all_running || fail "not all roles run"
fakesmsc_start STOP
import_people
go_live
demo_sources "$port"
ctl reload >"$work/reload" 2>&1 || fail "reload: $(cat "$work/reload")"

n_events() { count "\"kind\": *\"$1\"" events list; }
told() { [ "$(n_events receipt)" -ge 1 ]; }
until_ 60 told || fail "no receipt came: $(ctl outbox list | head -n 5)"
ctl --json outbox list --state sent >"$work/sent" 2>/dev/null
grep '"channel": *"sms"' "$work/sent" >/dev/null || fail "no SMS was sent"
stopped() { [ "$(n_events optout)" -ge 1 ]; }
until_ 20 stopped || fail "STOP at the SMSC is not heard here"
# --- the same receipt again, as a gateway says it that heard no answer
says_again() {
	/usr/bin/python3 - "$@" <<-'PY'
	import sys, urllib.request
	base, ids = sys.argv[1], sys.argv[2:]
	for n in ids * 2:
	    with urllib.request.urlopen(f"{base}?message={n}&d=8&reason=&ref=") as r:
	        assert r.status == 200, r.status
	PY
}
quiet() { # nothing has come for a second
	local n
	n=$(n_events receipt)
	sleep 1
	[ "$(n_events receipt)" -eq "$n" ]
}
until_ 20 quiet || fail "receipts without end"
ids=$(sed -nE 's/.*"id": *([0-9]+).*/\1/p' "$work/sent")
n=$(n_events receipt)
# shellcheck disable=SC2086
says_again "http://127.0.0.1:$front_port/cb/sms/kannel/$secret" $ids ||
	fail "a receipt said again is refused"
[ "$(n_events receipt)" -eq "$n" ] ||
	fail "$n receipts became $(n_events receipt)"

# --- the lane dies between the request and the answer
/usr/bin/python3 - "$folder/people/youths-ml-nord.csv" <<'PY' || fail "no people"
import csv, sys
# New people, like those who may get an SMS; no 7, which this Kannel refuses.
with open(sys.argv[1]) as f:
    rows = list(csv.DictReader(f, delimiter=";"))
like = [r for r in rows if r["channel"] == "sms"]
with open(sys.argv[1], "a") as out:
    w = csv.DictWriter(out, rows[0].keys(), delimiter=";")
    for i, r in enumerate(like[:6]):
        w.writerow({**r, "ref": f"N90{i}", "phone": f"06 39 98 55 0{i}"})
PY
# The smsbox takes the request and waits for the bearerbox before it answers.
kill -STOP "${kannel_pids[0]}"
ctl import youths "$folder/people/youths-ml-nord.csv" --origin ml-nord \
	>"$work/import" 2>&1 || fail "import: $(cat "$work/import")"
in_hand() {
	ctl --json outbox list --state sending >"$work/hand" 2>/dev/null
	grep -q '"channel": *"sms"' "$work/hand"
}
until_ 30 in_hand || fail "no SMS in hand"
sleep 1 # announced, its request written and read
doubt=$(sed -nE 's/.*"id": *([0-9]+).*"channel": *"sms".*/\1/p' "$work/hand")
kill -KILL "$(pid_of sms-1)"
in_doubt() {
	ctl --json outbox list --state uncertain >"$work/doubt" 2>/dev/null
	grep -q "\"id\": *$doubt," "$work/doubt"
}
until_ 10 in_doubt || fail "an SMS that nobody answered for is not in doubt"
kill -CONT "${kannel_pids[0]}"
cleared() {
	ctl --json outbox list --state sent >"$work/sent" 2>/dev/null
	grep -q "\"id\": *$doubt," "$work/sent"
}
until_ 30 cleared || fail "its receipt does not end the doubt"
daemon_stop || fail "stop: $?"
twice=$(sed -nE 's/.*(\+3363998550[0-9]) text .*/\1/p' "$work/fakesmsc.log" |
	sort | uniq -d)
[ -z "$twice" ] || fail "an SMS left twice"
grep -qaE "$secret|kannel-password|3363998" "$log" && fail "the log says too much"
say "receipts and a stop by way of a real Kannel; twice is once, and a lane" \
	"that died in between leaves a doubt that the receipt ends"
