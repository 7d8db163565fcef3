#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# kill -9 of any process at any moment, while the daemon polls, matches, plans
# and delivers (mail by SMTP to Postfix's own smtp-sink, SMS into a folder that
# a reader empties, as a gateway would). Afterwards:
#   every message is sent, failed, held, cancelled or listed as uncertain;
#   no SMS left twice; a mail came again only byte-identical under its
#   Message-ID; and everybody was proposed what a run without kills proposes.
# Two runs: before the hours (poll, match), then at ten on a working day (plan,
# deliver), so that both have matched the same before anything is planned.
# SEED=N repeats a run.
set -u
name=system.kill
. tests/peers.sh
. tests/daemon.sh
postfix=$(peer postfix usr/sbin/smtp-sink) ||
	skip "$name" "postfix cannot be downloaded from the Debian mirror"
seed=${SEED:-$(($(date +%s) % 30000))}
RANDOM=$seed
say "seed $seed"
sink=
planner="{tick_s: 1, hold_minutes: 0, digest_people: 50, digest_offers: 10}"

start_sink() {
	local try
	for try in 1 2 3; do
		sink_port=$(free_port)
		mkdir -p "$work/got"
		# -w 1: DATA takes a second, so that a kill finds mails in hand.
		LD_LIBRARY_PATH=$postfix/usr/lib/postfix \
			"$postfix/usr/sbin/smtp-sink" -u "$(id -un)" -w 1 \
			-d "$work/got/%M." "127.0.0.1:$sink_port" 100 \
			>"$work/sink.log" 2>&1 &
		sink=$!
		helpers+=("$sink")
		wait_for_port "$sink_port" 5 && return 0
	done
	fail "smtp-sink does not start"
}

# Takes every SMS out of the folder; one that came twice would be seen twice.
start_reader() {
	mkdir -p "$work/read"
	/usr/bin/python3 - "$folder/sms" "$work/read" <<-'PY' &
	import os, re, sys, time
	n = 0
	while True:
	    try:
	        names = os.listdir(sys.argv[1])
	    except FileNotFoundError:
	        names = []
	    for name in names:
	        if re.fullmatch(r"sms-\d+\.json", name):
	            n += 1
	            os.rename(f"{sys.argv[1]}/{name}", f"{sys.argv[2]}/{n}-{name}")
	    time.sleep(0.005)
	PY
	helpers+=($!)
}

pause() { sleep "0.$(printf %03d $((RANDOM % $1)))"; }

# kill_one TARGET: the supervisor is started again, as systemd would.
kill_one() {
	local pid pids
	case $1 in
	supervisor | all)
		pids=$(pgrep -P "$daemon")
		[ "$1" = all ] || pids=
		kill -KILL "$daemon" $pids 2>/dev/null
		wait "$daemon" 2>/dev/null
		daemon_spawn
		;;
	*)
		pid=$(pid_of "$1")
		[ -n "$pid" ] || return 1 # it waits for its next start
		# Half of them stand still first, while the others go on: what
		# they were told, and what they said, is then lost.
		[ $((RANDOM % 2)) -eq 0 ] || { kill -STOP "$pid" && pause 300; }
		kill -KILL "$pid" 2>/dev/null
		;;
	esac
	echo "test kill of $1" >>"$log"
}

# ready N: until the engine has come up N times, as its log says.
ready() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(grep -c engine.ready "$log")" -ge "$1" ] && return
		sleep 0.02
	done
}

# kills N TARGET...: N kills of the targets in turn, at random moments; one
# that waits for its next start is left out.
kills() {
	local todo=$1 i=0 target
	shift
	while [ "$todo" -gt 0 ] && [ "$i" -lt 100 ]; do
		target=${*:i++ % $# + 1:1}
		pause "$lull"
		[ -z "$polling" ] || ctl sources poll --all >/dev/null 2>&1 &
		pause "$lull"
		kill_one "$target" || continue
		n_kills=$((n_kills + 1))
		todo=$((todo - 1))
		wait_for_engine
	done
}

# Most kills shall find somebody at work.
wait_for_engine() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ -S "$folder/run/control.sock" ] && return
		sleep 0.1
	done
}

matched() {
	local i
	for ((i = 0; i < 80; i++)); do
		[ "$(count '"last_ok"' sources list)" -eq 3 ] &&
			ctl --json status 2>/dev/null |
			grep -q '"waiting_to_be_matched": *0' && return 0
		sleep 0.5
	done
	return 1
}

# What was proposed to whom, in words that are the same in every run.
proposed() {
	ctl --json --limit 50000 youths list >"$work/youths" 2>/dev/null
	ctl --json --limit 50000 offers list --all >"$work/offers" 2>/dev/null
	ctl --json --limit 50000 ledger >"$work/ledger" 2>/dev/null
	/usr/bin/python3 - "$work" <<-'PY'
	import json, sys
	def rows(name):
	    return [json.loads(line) for line in open(f"{sys.argv[1]}/{name}")]
	youth = {r["id"]: f'{r["origin"]}:{r["ref"]}' for r in rows("youths")}
	offer = {r["id"]: f'{r["source"]}:{r["ref"]}' for r in rows("offers")}
	for line in sorted(f'{r["audience"]} {youth[r["person"]]} '
	                   f'{offer[r["offer"]]}' for r in rows("ledger")):
	    print(line)
	PY
}

# run OUT: one whole instance; with kills when $killing is set.
run() {
	local out=$1 n
	clock_at 04:00
	mail="{transport: smtp, host: 127.0.0.1, port: $sink_port, lanes: 2, timeout_s: 5, from_address: offres@etrier.example}"
	mkdir -p "$work/read"
	instance_config
	# Places for everybody: whose turn it is, is not what is tried here.
	sed -i 's/per_position: 5/per_position: 100/' "$folder/rules.yaml"
	daemon_start
	import_people
	go_live
	demo_sources "$port"
	all_running || fail "not all roles run"
	ctl reload >/dev/null 2>&1 || fail "reload"
	polling=yes lull=700
	[ -z "$killing" ] || kills 8 engine collector all supervisor
	daemon_answers 40 || fail "no engine after the kills"
	matched || fail "not everything was matched"
	daemon_stop || fail "the stop: $?"
	[ "$(find "$work/got" "$work/read" -type f | wc -l)" -eq 0 ] ||
		fail "something was sent at four in the morning"
	clock_at 10:00
	start_reader
	polling=
	n=$(grep -c engine.ready "$log")
	daemon_spawn
	if [ -n "$killing" ]; then
		# The SMS leave within a moment of the first tick.
		ready $((n + 1))
		lull=60
		kills 1 engine
		ready $((n + 2))
		kills 1 sms-1
		lull=700
		kills 10 mail-1 engine sms-1 mail-2 supervisor front all
	fi
	daemon_answers 40 || fail "no engine after the kills"
	settled 60 || { ctl outbox list; ctl status; fail "messages are left over"; }
	proposed >"$out"
	[ -z "$killing" ] || in_hand
	ctl --json --limit 50000 outbox list >"$work/outbox" 2>/dev/null
	ctl --json status >"$work/status" 2>/dev/null
	daemon_stop || fail "the stop: $?"
}

# one_more REF: somebody like one who got an SMS, so that there is one to send.
one_more() {
	local csv=$folder/people/youths-ml-nord.csv
	/usr/bin/python3 - "$csv" "$work/killed" "$1" <<-'PY' || fail "nobody got an SMS"
	import csv, sys
	file, proposed, ref = sys.argv[1:]
	got = {line.split()[1].split(":")[1] for line in open(proposed)
	       if line.startswith("youth ml-nord:")}
	rows = list(csv.DictReader(open(file), delimiter=";"))
	like = next(r for r in rows if r["ref"] in got and r["channel"] == "sms")
	with open(file, "a") as out:
	    csv.DictWriter(out, rows[0].keys(), delimiter=";").writerow(
	        {**like, "ref": ref, "phone": "06 39 98 77 " + ref[-2:]})
	PY
	ctl import youths "$csv" --origin ml-nord >"$work/import" 2>&1 ||
		{ cat "$work/import"; fail "import"; }
}

sms_is() {
	[ "$(count "\"channel\": *\"sms\".*\"state\": *\"$1\"" outbox list)" -eq "$2" ]
}
read_are() { [ "$(find "$work/read" -type f | wc -l)" -eq "$1" ]; }
runs() { [ -n "$(pid_of "$1")" ]; }

# No chance here: an SMS is in hand, and its process dies before it began, or
# the engine after it left and before it heard of that.
in_hand() {
	local n sent uncertain lane engine
	n=$(find "$work/read" -type f | wc -l)
	sent=$(count '"channel": *"sms".*"state": *"sent"' outbox list)
	uncertain=$(count '"state": *"uncertain"' outbox list)
	until_ 60 runs sms-1 && until_ 60 runs engine || fail "not all are back"
	lane=$(pid_of sms-1)
	kill -STOP "$lane"
	one_more N901
	until_ 20 sms_is sending 1 || fail "no SMS in hand"
	kill -KILL "$lane"
	until_ 90 sms_is sent $((sent + 1)) ||
		{ ctl outbox list; fail "an SMS that had not begun did not go again"; }
	until_ 5 read_are $((n + 1)) || fail "not one SMS"

	lane=$(pid_of sms-1)
	kill -STOP "$lane"
	one_more N902
	until_ 20 sms_is sending 1 || fail "no SMS in hand"
	engine=$(pid_of engine)
	kill -STOP "$engine"
	kill -CONT "$lane"
	until_ 10 read_are $((n + 2)) || fail "the SMS did not leave"
	kill -KILL "$engine"
	daemon_answers 90 || fail "no engine"
	until_ 10 sms_is uncertain $((uncertain + 1)) ||
		{ ctl outbox list; fail "an SMS that left unheard is not uncertain"; }
	until_ 90 runs sms-1 || fail "no lane"
	sleep 3 # long enough for a second one to leave
	read_are $((n + 2)) || fail "an SMS left twice"
	n_kills=$((n_kills + 2))
	say "an SMS not begun went once; one that left unheard is uncertain"
}

check() {
	/usr/bin/python3 - "$work" "${killing:-no}" <<-'PY'
	import collections, email, json, pathlib, re, sys
	work = pathlib.Path(sys.argv[1])
	rows = [json.loads(line) for line in open(work / "outbox")]
	done = {"sent", "failed", "held", "cancelled", "uncertain"}
	states = collections.Counter(r["state"] for r in rows)
	assert set(states) <= done, states
	# Nobody refuses anything here.
	assert not states["failed"] and not states["held"], states
	status = json.load(open(work / "status"))
	assert status["messages"]["uncertain"] == states["uncertain"], status

	texts = collections.Counter()
	for f in (work / "read").iterdir():
	    texts[int(re.search(r"sms-(\d+)", f.name)[1])] += 1
	assert all(n == 1 for n in texts.values()), f"an SMS twice: {texts}"
	sms = {r["id"]: r for r in rows if r["channel"] == "sms"}
	for id in texts:
	    assert sms[id]["state"] in ("sent", "uncertain"), sms[id]
	for r in sms.values():
	    assert r["state"] != "sent" or r["id"] in texts, f"no such SMS: {r}"

	mails = collections.defaultdict(list)
	for f in (work / "got").iterdir():
	    raw = f.read_bytes()
	    head, mark, body = raw.partition(b"\nFrom: ")
	    if mark:
	        mails[email.message_from_bytes(mark[1:] + body)["Message-ID"]].append(body)
	mail = {r["message_id"]: r for r in rows
	        if r["channel"] == "email" and r["state"] != "cancelled"}
	again = 0
	for mid, bodies in mails.items():
	    whole = max(bodies, key=len)
	    assert all(whole.startswith(b) for b in bodies), f"{mid} differs"
	    again += len(bodies) - 1
	    assert mail[mid]["state"] == "sent", mail[mid]
	for mid, r in mail.items():
	    assert mid in mails, f"a mail that never came: {r}"
	assert texts and mails, "nothing was sent: proves nothing"
	print(f"system.kill: kills {sys.argv[2]}: {dict(states)}, {len(texts)} SMS "
	      f"once each, {len(mails)} mails, {again} of them again")
	PY
}

killing= n_kills=0
instance_new
helper etrier-demo-http tests/golden/feeds
start_sink
run "$work/quiet"
check || fail "the quiet run"
for pid in "${helpers[@]:2}"; do kill "$pid"; done
helpers=("${helpers[@]:0:2}")
rm -rf "$folder"/state "$folder"/sources.d/* "$folder/sms" "$work"/read "$work"/got/*
mkdir "$folder/state" "$work/read"
killing=yes
run "$work/killed"
check || fail "after $n_kills kills, seed $seed"
diff "$work/quiet" "$work/killed" >"$work/diff" ||
	{ head -n 20 "$work/diff"; fail "not the same was proposed, seed $seed"; }
say "$n_kills kills, $(wc -l <"$work/killed") proposals as without"
