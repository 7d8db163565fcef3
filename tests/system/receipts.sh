#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The real daemon and a real Kannel, both ways: SMS leave through it, its
# receipts come back to our front under our own numbers, and an SMS that says
# stop at the SMSC is an opt-out here. Skipped without a Kannel.
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
daemon_stop || fail "stop: $?"
grep -qaE "$secret|kannel-password|3363998" "$log" && fail "the log says too much"
say "receipts and a stop by way of a real Kannel"
