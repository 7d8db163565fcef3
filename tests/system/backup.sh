#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A copy made while the daemon works, its way back, and what must not happen
# then: nothing is sent by itself, an opt-out given since is not forgotten, the
# former database is not lost. A copy that was changed is refused.
set -u
name=system.backup
. tests/peers.sh
. tests/daemon.sh

db() { /usr/bin/python3 -c 'import sqlite3, sys
c = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
print(c.execute(sys.argv[2]).fetchone()[0])' "$@"; }

instance_new
helper etrier-demo-http tests/golden/feeds
demo_sources "$port"
instance_config
daemon_start
import_people
go_live
settled 60 || fail "not settled"

ctl backup --name first >"$work/out" 2>&1 || { cat "$work/out"; fail "backup"; }
copy=$folder/state/backup/first
[ "$(cat "$work/out")" = "$copy" ] || { cat "$work/out"; fail "it does not say where"; }
[ "$(stat -c %a "$copy")" = 700 ] && [ "$(stat -c %a "$copy/etrier.db")" = 600 ] ||
	fail "open to others"
n=$(count . youths list)
[ "$(db "$copy/etrier.db" 'SELECT count(*) FROM person WHERE joined IS NULL')" -ge "$n" ] ||
	fail "people are missing"
# What anybody can check without étrier.
/usr/bin/python3 - "$copy" <<'PY' || fail "MANIFEST"
import hashlib, json, os, sys
m = json.load(open(sys.argv[1] + "/MANIFEST"))
assert m["format"] == 1 and m["etrier"] and m["schema"] >= 1, m
names = {f["name"] for f in m["files"]}
assert "etrier.db" in names, names
for f in m["files"]:
    data = open(os.path.join(sys.argv[1], f["name"]), "rb").read()
    assert len(data) == f["bytes"] and hashlib.sha256(data).hexdigest() == f["sha256"], f
for key in ("needs", "token"):
    secret = open(os.path.join(sys.argv[1], "../../../secrets", key + ".key"), "rb").read()
    for f in m["files"]:
        assert secret not in open(os.path.join(sys.argv[1], f["name"]), "rb").read(), "a key in the copy"
PY
ctl backup --name first >/dev/null 2>"$work/out" && fail "the same name twice"
grep -q 'exists already' "$work/out" || fail "no reason"
ctl backup --name ../x >/dev/null 2>&1 && fail "a name outside the folder"
for _ in 1 2 3; do ctl backup --keep 2 >/dev/null 2>&1 || fail "backup --keep"; sleep 1.1; done
[ "$(count . backup list)" -eq 3 ] || { ctl backup list; fail "not two automatic copies and ours"; }
ctl backup list | grep -q '^first ' || fail "the list"

# After the copy: somebody opts out, and other things happen.
optouts=$(db "$copy/etrier.db" 'SELECT count(*) FROM optout')
link=$(grep -rhoE "http://127.0.0.1:$front_port/u/[0-9A-Z]{10}" "$folder/sms" "$folder/mail" | head -n 1)
[ -n "$link" ] || fail "no stop link to follow"
/usr/bin/python3 -c 'import sys, urllib.request
urllib.request.urlopen(sys.argv[1], data=b"List-Unsubscribe=One-Click", timeout=10)' "$link" || fail "opt out"
ctl restore "$copy" >/dev/null 2>"$work/out" && fail "restored under a running daemon"
grep -q 'stop the daemon' "$work/out" || { cat "$work/out"; fail "no remedy"; }
daemon_stop || fail "stop: $?"

# Changed copies are refused, and nothing is touched.
cp -r "$copy" "$work/bad"
printf x | dd of="$work/bad/etrier.db" bs=1 seek=9000 conv=notrunc 2>/dev/null
sum=$(sha256sum "$folder/state/etrier.db")
ctl restore "$work/bad" >/dev/null 2>"$work/out" && fail "a changed copy was taken"
grep -q 'MANIFEST says' "$work/out" || { cat "$work/out"; fail "no reason"; }
ctl restore "$copy" --dry-run >/dev/null 2>&1 || fail "dry run"
[ "$(sha256sum "$folder/state/etrier.db")" = "$sum" ] || fail "the dry run changed the database"

ctl restore "$copy/" >"$work/restored" 2>&1 || { cat "$work/restored"; fail "restore"; }
grep -q 'opt-outs taken over from it: 1$' "$work/restored" ||
	{ cat "$work/restored"; fail "the opt-out is forgotten"; }
ls "$folder"/state/etrier.db.before-restore-* >/dev/null || fail "the former database is gone"
grep -q 'etrierctl agency set MLN mode automatic' "$work/restored" || fail "the modes are not told"
[ "$(db "$folder/state/etrier.db" 'SELECT count(*) FROM optout')" -eq $((optouts + 1)) ] ||
	fail "opt-outs"
[ "$(stat -c %a "$folder/state/etrier.db")" = 600 ] || fail "open to others"
mails=$(find "$folder/mail" "$folder/sms" -type f | wc -l)
daemon_start
all_running || fail "not all roles run"
ctl sources poll --all >/dev/null 2>&1
sleep 5
[ "$(find "$folder/mail" "$folder/sms" -type f | wc -l)" -eq "$mails" ] ||
	fail "something was sent after the restore"
[ "$(count '"mode": *"off"' agency list)" -eq 3 ] || fail "an agency is not off"
ctl --json status 2>/dev/null | grep -q 'restored' || fail "no alarm"
sed -n 's/^  etrierctl //p' "$work/restored" | while read -r line; do ctl $line >/dev/null 2>&1 || exit 1; done ||
	fail "what it said to say"
ctl --json status 2>/dev/null | grep -q 'is a restored copy' && fail "the alarm stays"
daemon_stop || fail "stop: $?"
say "a copy is whole, checkable, kept by number; back from it nothing is sent and no opt-out lost"
