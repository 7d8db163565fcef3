#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A disk that fills up under the daemon's hands, by somebody else's file: with
# little room it pauses and says so, changes nothing and answers; with none at
# all it promises nothing it cannot keep. When there is room again it goes on by
# itself, and every message is sent once.
set -u
name=system.disk
. tests/peers.sh
[ "$(id -u)" -eq 0 ] || skip "$name" "only root mounts a small disk"
if [ -z "${DISK_INSIDE:-}" ]; then
	unshare --mount true 2>/dev/null || skip "$name" "no mount namespaces"
	DISK_INSIDE=1 exec unshare --mount bash "$0"
fi
. tests/daemon.sh

paused() { ctl --json status 2>/dev/null | grep -qE '"paused": ?true'; }
not() { ! "$@"; }
alarm() { ctl --json status 2>/dev/null | grep -qE "\"code\": ?\"$1\""; }
fill() { # fill LEAVE-MIB: all but so much
	local free
	free=$(stat -f -c '%a * %S / 1048576' "$folder/state")
	dd if=/dev/zero of="$folder/state/foreign" bs=1M count=$(((free) - $1)) \
		conv=notrunc status=none 2>/dev/null
}
polls() { grep -c 'engine poll\.' "$log"; }

instance_new
trap 'umount -l "$folder/state" 2>/dev/null; instance_end' EXIT
mount -t tmpfs -o size=40m,mode=700 tmpfs "$folder/state" || skip "$name" "no tmpfs"
helper etrier-demo-http tests/golden/feeds
more="watch: {disk_low_mb: 8}"
instance_config
daemon_start
all_running || fail "not all roles run"
import_people
go_live

# Little room: nothing is begun.
fill 4
until_ 10 paused || { ctl status; fail "not paused with 4 MiB"; }
alarm disk_low || fail "no alarm"
demo_sources "$port"
ctl reload >"$work/out" 2>&1 || { cat "$work/out"; fail "reload in a pause"; }
ctl agency set MLN mode off >"$work/out" 2>&1 && fail "changed in a pause"
grep -q 'paused' "$work/out" || { cat "$work/out"; fail "no reason"; }
ctl sources poll --all >/dev/null 2>&1 && fail "polls in a pause"
sleep 3 # the new sources are due at once
[ "$(polls)" -eq 0 ] || fail "a source was polled"
ctl youths list >/dev/null 2>&1 || fail "it does not answer"
ctl backup >"$work/out" 2>&1 && fail "a copy without room"
rm "$folder/state/foreign"
until_ 10 not paused || fail "still paused with room"
alarm disk_low && fail "the alarm stays"

# In the middle of the work: none at all, again and again.
for round in 1 2 3; do
	fill 0
	dd if=/dev/zero of="$folder/state/foreign2" bs=4k status=none 2>/dev/null
	sleep 1.5
	paused || fail "round $round: not paused without any room"
	rm -f "$folder/state/foreign" "$folder/state/foreign2"
	until_ 15 not paused || { ctl status; fail "round $round: still paused"; }
	sleep 0.5
done
settled 90 || { ctl outbox list; fail "not settled"; }
grep -q 'role.exit' "$log" && fail "a role died"

# A stop link while nothing can be written: kept, or refused; never forgotten.
link=$(grep -rhoE "http://127.0.0.1:$front_port/u/[0-9A-Z]{10}" "$folder/sms" "$folder/mail" | head -n 1)
[ -n "$link" ] || fail "no stop link"
fill 0
dd if=/dev/zero of="$folder/state/foreign2" bs=4k status=none 2>/dev/null
code=$(/usr/bin/python3 - "$link" <<'PY'
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], data=b"List-Unsubscribe=One-Click", timeout=15).status)
except urllib.error.HTTPError as e:
    print(e.code)
PY
)
rm -f "$folder/state/foreign" "$folder/state/foreign2"
until_ 15 not paused || fail "still paused"
daemon_stop || fail "stop: $?"
/usr/bin/python3 - "$folder" "$code" <<'PY' || fail "see above"
import collections, email, pathlib, sqlite3, sys
folder, code = pathlib.Path(sys.argv[1]), int(sys.argv[2])
db = sqlite3.connect(folder / "state/etrier.db")
bad = []
if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
    bad.append("the database is damaged")
n = db.execute("SELECT count(*) FROM optout").fetchone()[0]
if (code == 200) != (n == 1):
    bad.append(f"the stop link answered {code} and {n} opt-outs are stored")
states = dict(db.execute("SELECT state, count(*) FROM message GROUP BY state"))
if set(states) - {"sent", "cancelled"} or states.get("sent", 0) < 10:
    bad.append(f"messages: {states}")
mails = collections.Counter(email.message_from_bytes(f.read_bytes())["Message-ID"]
                            for f in (folder / "mail/new").iterdir())
sent = {r[0] for r in db.execute(
    "SELECT message_id FROM message WHERE state = 'sent' AND channel = 'email'")}
if set(mails) != sent:
    bad.append(f"{len(mails)} mails and {len(sent)} messages said to be sent")
# The same bytes under the same Message-ID are what a lost answer may cost; an
# answer that could not be stored at once is not lost.
if max(mails.values()) > 1:
    bad.append(f"sent twice: {[m for m in mails if mails[m] > 1]}")
sms = sum(f.is_file() for f in (folder / "sms").iterdir())
if sms != db.execute("SELECT count(*) FROM message WHERE state = 'sent' AND channel = 'sms'").fetchone()[0]:
    bad.append(f"{sms} SMS")
twice = db.execute("SELECT count(*) FROM (SELECT 1 FROM ledger GROUP BY person, canonical, audience HAVING count(*) > 1)").fetchone()[0]
if twice:
    bad.append("proposed twice")
print("\n".join(bad))
sys.exit(bool(bad))
PY
say "paused at 4 MiB and at none, went on by itself; every message once; the stop link answered $code and was true"
