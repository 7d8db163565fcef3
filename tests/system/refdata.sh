#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# An operator's timetable becomes the network: `etrierctl refdata import gtfs` of
# a feed made up on the spot, as it is and with its rows mixed, gives the same
# tables; a dry run and a damaged feed change nothing; a table that somebody
# damaged is told by `check` with its line; `refdata status` says what counts.
set -u
name=system.refdata
. tests/peers.sh
. tests/daemon.sh
instance_new
instance_config

ctl refdata status >"$work/out" 2>&1 || fail "status: $(cat "$work/out")"
grep -q '^transit 2024 (' "$work/out" || fail "the shipped network: $(cat "$work/out")"

seed=20260101
/usr/bin/python3 tests/gtfs/generate.py "$work/feed.zip" --seed $seed || fail "the generator"
/usr/bin/python3 tests/gtfs/generate.py "$work/mixed.zip" --seed $seed --scatter || fail "the generator"

ctl refdata import gtfs "$work/feed.zip" --dry-run >"$work/out" 2>&1 ||
	fail "dry run: $(cat "$work/out")"
grep -q 'nothing was written' "$work/out" || fail "dry run: $(cat "$work/out")"
tables=$folder/state/transit
[ -e "$tables" ] && fail "a dry run wrote $tables"

ctl --json refdata import gtfs "$work/feed.zip" >"$work/json" 2>&1 ||
	fail "import: $(cat "$work/json")"
/usr/bin/python3 - "$work/json" <<'PY' || fail "what the import says: $(cat "$work/json")"
import json, sys
row = json.loads(open(sys.argv[1]).read())
assert row["day"] == "2026-01-05" and row["stop_times"] == 20000, row
assert row["stations"] > 200 and row["lines"] > 5 and not row["odd"], row
PY
ctl refdata status | grep -q '^transit gtfs 2026-01-05 (' || fail "an own network does not win"
sums() { (cd "$tables" && grep -hv '^#' transit_*.tsv | sha256sum); }
before=$(sums)

ctl refdata import gtfs "$work/mixed.zip" >"$work/out" 2>&1 || fail "mixed: $(cat "$work/out")"
[ "$(sums)" = "$before" ] || fail "mixed rows give other tables"
[ -e "$tables.former/transit_links.tsv" ] || fail "the former tables are not kept"

head -c 3000 "$work/feed.zip" >"$work/cut.zip"
echo 'no zip' >"$work/text.zip"
/usr/bin/python3 - "$work" <<'PY'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/empty.zip", "w") as z:
    z.writestr("readme.txt", "nothing")
whole = zipfile.ZipFile(sys.argv[1] + "/feed.zip")
with zipfile.ZipFile(sys.argv[1] + "/quote.zip", "w") as z:
    for name in whole.namelist():
        text = whole.read(name)
        z.writestr(name, text[:-20] + b',"' if name == "stop_times.txt" else text)
PY
for bad in cut text empty quote none; do
	ctl refdata import gtfs "$work/$bad.zip" >"$work/out" 2>&1
	[ $? -eq 1 ] || fail "$bad.zip: $(cat "$work/out")"
	grep -q '^etrierctl: ' "$work/out" || fail "$bad.zip: $(cat "$work/out")"
	[ "$(sums)" = "$before" ] || fail "$bad.zip changed the tables"
	[ -e "$tables.new" ] && fail "$bad.zip left its tables"
done
ctl refdata import trains x >"$work/out" 2>&1
[ $? -eq 2 ] || fail "refdata import trains: $(cat "$work/out")"

ctl check >"$work/out" 2>&1 || fail "check: $(cat "$work/out")"
sed -i '6s/$/\tmore/' "$tables/transit_links.tsv"
ctl check >"$work/out" 2>&1 && fail "check takes a damaged table"
grep -q 'transit_links.tsv:6: not 4 fields' "$work/out" || fail "check: $(cat "$work/out")"
ctl refdata status >"$work/out" 2>&1 && fail "status takes a damaged table"
echo "$name: seed $seed: imported, mixed, refused, damaged"
