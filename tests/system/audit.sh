#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The audit log of a real daemon: every change in it, twice, before and after;
# who read about people; nobody's name. Checked by a program of our own, by the
# ten lines of Python of etrierd(8), and after somebody tampered with it. Killed
# at any moment it is whole.
set -u
name=system.audit
. tests/peers.sh
. tests/daemon.sh

# The manual's own program, as a reader would copy it.
# The manual's own program, as a reader would copy it.
program=$(sed -n '/^import glob, hashlib, json/,/^\.fi/p' man/etrierd.8 |
	sed '/^\.fi/d; s/\\(aq/'"'"'/g; s/\\e/\\/g; s/\\-/-/g')
[ "$(wc -l <<<"$program")" -ge 8 ] || fail "no program in the manual"
in_manual() { (cd "$folder/state" && /usr/bin/python3 -c "$program"); }
lines() { ctl --json --limit 10000 audit list 2>/dev/null; }

instance_new
instance_config
daemon_start
import_people
ctl agency set MLN mode preview >/dev/null 2>&1 || fail "agency set"
ctl agency set NOBODY mode off >/dev/null 2>&1 && fail "an agency that is not there"
ctl youths show ml-nord:0412 >/dev/null 2>&1
ctl youths list >/dev/null 2>&1
ctl reload >/dev/null 2>&1 || fail "reload"
lines >"$work/lines"
/usr/bin/python3 - "$work/lines" <<'PY' || fail "see above"
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1])]
def has(**want):
    return any(all(r.get(k) == v for k, v in want.items()) for r in rows)
bad = [w for w in (
    dict(cmd="start", by="engine"),
    dict(cmd="import", phase="asked"), dict(cmd="import", phase="done", code=0),
    dict(cmd="agency set", phase="asked", what={"words": ["MLN", "mode", "preview"]}),
    dict(cmd="agency set", phase="done", code=0), dict(cmd="agency set", phase="done", code=1),
    dict(cmd="youths list", phase="read", code=0), dict(cmd="youths show", phase="read"),
    dict(cmd="reload", phase="done", code=0), dict(cmd="configuration", by="engine"),
) if not has(**w)]
bad += [r for r in rows if r["cmd"] == "youths list" and r["rows"] < 40]
if [r["seq"] for r in rows] != sorted(r["seq"] for r in rows):
    bad.append("not in order")
print("\n".join(map(str, bad)))
sys.exit(bool(bad))
PY
say "changes before and after, readings with their number of rows"

# Of nobody: no dossier, name, address or number of the imported files.
cat "$folder"/people/*.csv | tr ';,\t' '\n\n\n' | grep -E '^(0[0-9]{3}|.*@.*|06 39.*|[A-ZÉ][a-zé]{3,})$' |
	grep -vxE 'Paris|Mission|Locale|Creteil' | sort -u >"$work/words"
[ "$(wc -l <"$work/words")" -gt 50 ] || fail "no words to look for"
grep -hwFf "$work/words" "$folder"/state/audit/*.log | head -n 3 | grep . && fail "somebody is named"

# Killed in the middle of it, again and again.
for _ in 1 2 3 4 5; do
	for i in 1 2 3; do ctl agency set MLN mode preview >/dev/null 2>&1 & done
	sleep 0.0$((RANDOM % 9 + 1))
	kill -KILL "$(pid_of engine)"
	wait $(jobs -p | grep -vx "$daemon") 2>/dev/null
	daemon_answers 30 || fail "no engine after a kill"
done
ctl audit verify >"$work/out" 2>&1 || { cat "$work/out"; fail "broken by kills"; }
grep -q 'all of them whole' "$work/out" || fail "no number of lines"
in_manual || fail "the manual's program finds it broken"
say "whole after kills, by étrier and by the manual's ten lines"

# Tampered with under the running daemon, then stopped and started.
file=$(ls "$folder"/state/audit/*.log | tail -n 1)
cp "$file" "$work/good"
sed -i '3s/preview/automatic/; 3s/MLN/MLX/; 3s/"by":"uid/"by":"gid/' "$file"
cmp -s "$file" "$work/good" && fail "nothing was changed"
ctl audit verify >"$work/out" 2>&1 && fail "a changed line is not found"
grep -q "$(basename "$file"):3: the line was changed" "$work/out" || { cat "$work/out"; fail "not where"; }
ctl audit verify --dir "$folder/state/audit" >/dev/null 2>&1 && fail "--dir does not find it"
in_manual 2>/dev/null && fail "the manual's program does not find it"
daemon_stop || fail "stop: $?"
cp "$work/good" "$file"
head -n -4 "$work/good" >"$file"
daemon_start
ctl audit verify >"$work/out" 2>&1 && fail "a cut end is not found"
ctl agency set MLN mode off >"$work/out" 2>&1 && fail "changed under a broken log"
grep -q 'nothing was changed' "$work/out" || { cat "$work/out"; fail "no reason"; }
ctl --json status 2>/dev/null | grep -qE '"code": ?"audit"' || fail "no alarm"
ctl audit renew >"$work/out" 2>&1 || { cat "$work/out"; fail "renew"; }
ctl agency set MLN mode off >/dev/null 2>&1 || fail "no change after the renewal"
ctl audit verify >/dev/null 2>&1 || fail "the new log"
ls -d "$folder"/state/audit.broken-* >/dev/null || fail "the old log is gone"
mkdir -p "$logs" && cat "$folder"/state/audit/*.log >"$logs/audit-log.log"
daemon_stop || fail "stop: $?"
say "a changed line and a cut end are found and stop changes until somebody looked"
