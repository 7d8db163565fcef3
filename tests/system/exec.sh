#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A source of kind exec in the real service: check refuses what must not run,
# `sources try` runs it, the daemon gives it a runner of its own, its offers
# arrive, its failure closes nothing and its words stay out of the log, a reload
# gives it another reach, and when it is switched off its process is gone.
set -u
name=system.exec
. tests/peers.sh
. tests/daemon.sh

instance_new
data=$work/data
mkdir "$data"
today=$(date -u +%Y-%m-%dT00:00:00Z)
offer() { # offer REF TITLE
	printf '{"ref":"%s","title":"%s","kind":"apprenticeship","place":{"insee":"93048"},"posted":"%s"}\n' \
		"$1" "$2" "$today"
}
for i in 1 2 3; do offer "r$i" "Boulanger / Boulangère"; done >"$data/offers"
# A program of sh, so that the test needs no file that root owns.
source_of() { # source_of SCRIPT MORE
	cat >"$folder/sources.d/partner.yaml" <<-YAML
	name: partner
	kind: exec
	every: 10s
	delivers: complete
	timeout_s: 20
	may_read: ["$data"]
	command:
	  - /bin/sh
	  - -c
	  - $1
	  - sh
	  - $data/offers
	${2:-}
	YAML
}
sources() { ctl sources list --json 2>/dev/null; }
field() { # field NAME: of the source
	sources | /usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["name"] == "partner":
        print(row.get(sys.argv[1], ""))' "$1"
}
live_is() { [ "$(field live)" = "$1" ]; }
fails() { [ "$(field failures)" -ge 1 ]; }
works() { [ "$(field failures)" = 0 ] && [ -n "$(field last_ok)" ]; }
poll() { ctl sources poll partner >/dev/null 2>&1 || fail "poll"; }
reload() { ctl reload >/dev/null 2>&1 || fail "reload"; }
has_runner() { [ -n "$(pid_of runner)" ]; }
has_none() { [ -z "$(pid_of runner)" ]; }

instance_config

# What must not run is refused, with its place.
source_of '"cat $1"' "url: https://partner.example/"
ctl check >"$work/out" 2>&1 && fail "url: is not refused"
grep -q 'partner.yaml:[0-9]*:[0-9]*: error: not for kind exec' "$work/out" ||
	{ cat "$work/out"; fail "no word about url"; }
source_of '"cat $1"'
sed -i "s|may_read: .*|may_read: [\"$folder\"]|" "$folder/sources.d/partner.yaml"
ctl check >"$work/out" 2>&1 && fail "a program may read the instance"
grep -q 'no program may read' "$work/out" || { cat "$work/out"; fail "no reason"; }
say "check: no url, no reading of what is the service's"

source_of '"cat $1"'
ctl check >"$work/out" 2>&1 || { cat "$work/out"; fail "check"; }
ctl sources try partner --json >"$work/tried" 2>"$work/out" || { cat "$work/out"; fail "try"; }
[ "$(grep -c '"rome":\["D1102"\]' "$work/tried")" -eq 3 ] || { cat "$work/tried"; fail "try: offers"; }
say "try: the program is run and its offers shown"

before=
daemon_start
until_ 20 has_runner || fail "no runner"
all_running || fail "not all roles run"
until_ 20 live_is 3 || fail "$(field live) offers, not 3"
first=$(pid_of runner)
say "its offers arrive"

# What it reads is replaced by a file of the same name: out of reach, until a
# reload looks again.
source_of '"cat $1"'
sed -i "s|may_read: .*|may_read: [\"$data/offers\"]|" "$folder/sources.d/partner.yaml"
reload
until_ 20 has_runner && all_running || fail "no runner"
cp "$data/offers" "$data/new" && mv "$data/new" "$data/offers"
poll
/usr/bin/python3 -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)' &&
	{ until_ 20 fails || fail "a file that was replaced is read"; }
reload
until_ 20 has_runner || fail "no runner"
poll
until_ 20 works || fail "a reload does not help: $(field note)"
first=$(pid_of runner)
say "a file that was replaced wants a reload"

# It fails: nothing closes, the reason is told, its words are not logged.
source_of '"echo sesame-word >&2; exit 3"'
reload
until_ 20 has_runner || fail "no runner after a reload"
[ "$(pid_of runner)" != "$first" ] || fail "the runner kept its former reach"
poll
until_ 20 fails || fail "no failure"
live_is 3 || fail "a failure closed something"
case $(field note) in
*"ended with status 3: sesame-word"*) ;;
*) fail "the note: $(field note)" ;;
esac
grep -q sesame-word "$log" && fail "a program's words are in the log"
grep -q 'poll.failed source=partner.*ended with status 3' "$log" || fail "no reason in the log"
say "a failure closes nothing and is told"

# One that stops showing two of three: shrunken, nothing closes; one of three: closed.
offer r1 "Boulanger / Boulangère" >"$data/two"
offer r2 "Boulanger / Boulangère" >>"$data/two"
source_of '"cat ${1%offers}two"'
reload
until_ 20 has_runner || fail "no runner"
poll
until_ 30 works || fail "it does not work again: $(field note)"
until_ 20 live_is 2 || fail "what is not shown any more is live: $(field live)"
say "what a complete answer does not show is closed"

# The house is out of its reach.
source_of "\"exec 2>&1; for f in $folder/state/etrier.db $folder/secrets/needs.key $config $folder/refdata/communes.tsv /proc/$daemon/environ; do head -c 1 \$f >/dev/null 2>&1 && exit 50; done; /usr/bin/python3 -S -c 'import socket; socket.socket(socket.AF_UNIX).connect(\\\"$folder/run/control.sock\\\")' >/dev/null 2>&1 && exit 51; (: >>$folder/state/etrier.db) 2>/dev/null && exit 52; (: >/tmp/etrier-exec-\$\$) 2>/dev/null && exit 53; exit 60\""
ctl check >"$work/out" 2>&1 || { cat "$work/out"; fail "check"; }
/usr/bin/python3 -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)' && {
	reload
	until_ 20 has_runner || fail "no runner"
	poll
	until_ 20 fails || fail "no failure"
	case $(field note) in
	*"status 60"*) say "database, secrets, configuration, tables, socket, others: out of reach" ;;
	*) fail "a program reached: $(field note)" ;;
	esac
} || echo "SKIP: (part of $name) this kernel has no Landlock"

# The runner dies: so does its program, and the next one takes over.
source_of '"exec sleep 4321"'
reload
until_ 20 has_runner || fail "no runner"
poll
sleeping() { pgrep -x -f 'sleep 4321' >/dev/null; }
gone() { ! sleeping; }
until_ 20 sleeping || fail "the program was not run"
first=$(pid_of runner)
kill -KILL "$first"
until_ 10 gone || fail "a program outlives its runner"
until_ 20 has_runner && [ "$(pid_of runner)" != "$first" ] || fail "no other runner"
until_ 20 all_running || fail "not all roles run"
case $(field note) in
*"runner died"*) say "killed: its program dies with it, another takes over" ;;
*) fail "the note: $(field note)" ;;
esac

# Slow, with a child: killed with it, also by the end of the service.
source_of '"sleep 4321 & sleep 4321"' "enabled: true"
reload
until_ 20 has_runner || fail "no runner"
poll
until_ 20 sleeping || fail "the program was not run"
source_of '"cat $1"' "enabled: false"
reload
until_ 20 has_none || fail "a runner without programs"
sleeping && fail "its program outlives the runner"
all_running || fail "not all roles run"
say "switched off: no runner, no program"
source_of '"sleep 4321 & sleep 4321"'
reload
until_ 20 has_runner || fail "no runner"
poll
until_ 20 sleeping || fail "the program was not run"
daemon_stop || fail "stop: $?"
sleeping && fail "a program outlives the service"
say "stopped: nothing of it stays"
