#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# An orderly stop is over within 30 s and exits 0, whatever the roles are doing:
# idle, a mail lane stuck in connect(2), a poll that drips; SIGTERM to the
# supervisor and Ctrl-C to the whole group are the same; the mail that was in
# hand goes back to planned by the stop itself; nobody is left running.
set -u
name=system.stop
. tests/peers.sh
. tests/daemon.sh

# stopped_by SIGNAL WHAT MAX_S: kill WHAT; status 0, in time, no child left.
stopped_by() {
	local started=$SECONDS children status pid
	children=$(pgrep -P "$daemon")
	[ -n "$children" ] || fail "no roles"
	kill "-$1" -- "$2"
	wait "$daemon"
	status=$?
	daemon=
	[ "$status" -eq 0 ] || fail "SIG$1: exit status $status"
	[ $((SECONDS - started)) -le "$3" ] ||
		fail "SIG$1: $((SECONDS - started)) s, not $3"
	for pid in $children; do
		! kill -0 "$pid" 2>/dev/null || fail "process $pid is left"
	done
	took=$((SECONDS - started))
}

instance_new
instance_config
daemon_start
all_running || fail "not all roles run"
stopped_by TERM "$daemon" 5
[ ! -e "$folder/run/control.sock" ] || fail "the socket is left"
say "SIGTERM, idle: $took s"

# Ctrl-C: the terminal sends it to every process of the group.
before=setsid
daemon_start
all_running || fail "not all roles run"
stopped_by INT "-$daemon" 5
grep -q 'role.exit.*signal=[^0]' "$log" && fail "a role died of Ctrl-C"
before=
say "Ctrl-C: $took s"

# SIGTERM before anything has come up.
daemon_spawn
for _ in $(seq 100); do
	[ -n "$(pgrep -P "$daemon")" ] && break
	sleep 0.02
done
stopped_by TERM "$daemon" 10
say "SIGTERM while starting: $took s"

# A poll that drips: it fails, and the source is asked again next time.
helper etrier-bad-http
cat >"$folder/sources.d/drip.yaml" <<-YAML
name: drip
kind: json
url: http://127.0.0.1:$port/drip
every: 15m
delivers: complete
allow_private: true
records: offers
fields: {ref: id, title: title}
YAML
daemon_start
all_running || fail "not all roles run"
# It is due at once: until something is connected to that port.
hex=$(printf '0100007F:%04X 01' "$port")
for _ in $(seq 100); do
	grep -q "$hex" /proc/net/tcp && break
	sleep 0.1
done
grep -q "$hex" /proc/net/tcp || fail "no poll is in hand"
grep -q 'poll.done source=drip' "$log" && fail "the drip is over already"
stopped_by TERM "$daemon" 25
say "SIGTERM while a poll drips: $took s"
rm "$folder/sources.d/drip.yaml"

# A relay that never accepts: both lanes hang in connect(2), each with a handful.
helper etrier-smtp full
full=$port
helper etrier-demo-http tests/golden/feeds
demo_sources "$port"
mail="{transport: smtp, host: 127.0.0.1, port: $full, lanes: 2, timeout_s: 120, from_address: offres@etrier.example}"
planner="{tick_s: 1, hold_minutes: 0}"
clock_at 10:00
instance_config
daemon_start
import_people
go_live
ctl sources poll --all >/dev/null 2>&1
for _ in $(seq 100); do
	[ "$(count '"state": *"sending"' outbox list)" -ge 2 ] && break
	sleep 0.2
done
sleep 2 # a lane takes more of them while it waits for the first
hand=$(count '"state": *"sending"' outbox list)
[ "$hand" -ge 2 ] || fail "no mail is in hand"
lines=$(wc -l <"$log")
stopped_by TERM "$daemon" 30
tail -n +"$lines" "$log" >"$work/tail"
[ "$(grep -c 'outbox.lane_died.*state=planned' "$work/tail")" -eq "$hand" ] ||
	fail "the mails in hand did not go back"
say "SIGTERM, lanes stuck in connect: $took s"

# And so they stand when it comes back without a relay.
mail="{transport: none}" sms="{gateway: none}"
instance_config
daemon_start
grep -q outbox.recovered <(tail -n +"$lines" "$log") &&
	fail "the rows went back only at the next start"
[ "$(count '"state": *"sending"' outbox list)" -eq 0 ] || fail "still sending"
[ "$(count '"state": *"planned".*"attempts": *1' outbox list)" -eq "$hand" ] ||
	{ ctl outbox list; fail "not planned again"; }
daemon_stop || fail "exit status $?"
say "the mails in hand are planned again"
