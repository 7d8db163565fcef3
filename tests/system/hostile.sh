#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A source that answers well, then turns hostile in every way that
# etrier-bad-http knows: each is one failed poll with its reason in
# `sources list`, counted, and closes none of the offers it had shown; the
# other sources and the service go on.
set -u
name=system.hostile
. tests/peers.sh
. tests/daemon.sh

# mode | what the note says (an extended regular expression)
hostile='half|cut at byte
empty|empty
html|web page
http500|answered 500
later|answered 429
drip|[Tt]imed out|too long
cut|was cut
bomb|max_bytes
endless|[Tt]imed out|too long|max_bytes|max_offers
headers|header
loop|too many redirects
to-file|redirect|protocol|Protocol
to-metadata|169\.254|address|private
nocontent|no content
broken|byte [0-9]+
silent|[Tt]imed out|too long'
# Odd, but no lie (a private address is what allow_private allows).
odd='bytes to-good to-loopback etag'

source_file() { # source_file NAME PATH
	cat >"$folder/sources.d/$1.yaml" <<-YAML
	name: $1
	kind: json
	url: http://127.0.0.1:$port/$2
	every: 15m
	delivers: complete
	allow_private: true
	min_interval_ms: 0
	records: offers
	fields: {ref: id, title: title, rome: rome, place.city: city, place.postcode: cp, description: text}
	YAML
}

# polls N SECONDS: until N polls have ended, good or not.
polls() {
	local i
	for ((i = 0; i < $2 * 5; i++)); do
		[ "$(grep -c 'engine poll\.' "$log")" -ge "$1" ] && return 0
		sleep 0.2
	done
	ctl sources list
	fail "not $1 polls within $2 s"
}

instance_new
helper etrier-bad-http
# Each waits for the other: 5 s for a transfer, 20 for a poll.
more="collector: {max_parallel: 32, per_host: 8, connect_timeout_s: 2, transfer_timeout_s: 5, poll_deadline_s: 20}"
names=$(cut -d'|' -f1 <<<"$hostile")
n=$(wc -w <<<"$names $odd always-good")
for source in $names $odd always-good; do source_file "$source" good; done
# A 429 slows its whole host down: it gets a host of its own.
sed -i 's/127\.0\.0\.1/localhost/' "$folder/sources.d/later.yaml"
instance_config
daemon_start
all_running || fail "not all roles run"
polls "$n" 40
[ "$(count '"failures": *0' sources list)" -eq "$n" ] || fail "the good polls"
for source in $names $odd; do
	sed -i "s|/good$|/$source|" "$folder/sources.d/$source.yaml"
done
ctl reload >"$work/out" 2>&1 || { cat "$work/out"; fail "reload"; }
ctl sources poll --all >/dev/null 2>&1
polls $((2 * n)) 60
ctl --json sources list >"$work/list" 2>/dev/null
ctl --json --limit 50000 offers list --all >"$work/offers" 2>/dev/null
/usr/bin/python3 - "$work" "$admin_port" "$hostile" <<'PY' || fail "see above"
import json, re, sys, urllib.request
rows = {}
for line in open(sys.argv[1] + "/list"):
    r = json.loads(line)
    rows[r["name"]] = r
hostile = dict(line.split("|", 1) for line in sys.argv[3].splitlines())
bad = []
for name, r in rows.items():
    want = hostile.get(name)
    if r["live"] < 40 or not r.get("last_ok"):
        bad.append(f"closed offers or forgot the last good poll: {r}")
    if want and (r["failures"] != 1 or not re.search(want, r.get("note") or "")):
        bad.append(f"not one failed poll with {want!r}: {r}")
    if not want and (r["failures"] or r["seen"] != 40):
        bad.append(f"suffers from others: {r}")
gone = [o for o in map(json.loads, open(sys.argv[1] + "/offers"))
        if o["status"] != "live"]
bad += [f"closed: {o}" for o in gone]
metrics = urllib.request.urlopen(
    f"http://127.0.0.1:{sys.argv[2]}/metrics", timeout=10).read().decode()
failed = [float(l.split()[-1]) for l in metrics.splitlines()
          if re.match(r"etrier_\w*poll\w*fail\w*|etrier_\w*polls\w*{.*fail", l)]
if sum(failed) != len(hostile):
    bad.append(f"metrics count {failed}, not {len(hostile)} failed polls:\n{metrics}")
print("\n".join(bad))
sys.exit(bool(bad))
PY
[ "$(ctl status 2>/dev/null | grep -c 'source .*:')" -eq "$(wc -w <<<"$names")" ] ||
	{ ctl status; fail "not every failing source is an alarm"; }
ctl --json status >"$work/status" 2>/dev/null
/usr/bin/python3 - "$work/status" <<'PY' || fail "the alarms"
import json, sys
alarms = json.loads(open(sys.argv[1]).readline())["alarms"]
held = {a["subject"] for a in alarms if a["code"] == "source_quarantined"}
ill = {a["subject"] for a in alarms if a["code"] == "source_failing"}
# An answer that is not to be believed is not the same as none.
assert {"broken", "empty", "half", "html"} <= held and not held & ill, (held, ill)
assert {"http500", "silent", "cut", "later"} <= ill, ill
PY
grep -q 'role.exit' "$log" && fail "a role died"
daemon_stop || fail "stop: $?"
say "$(wc -w <<<"$names") ways to be hostile: one failed poll each, nothing closed; $(wc -w <<<"$odd") odd ones accepted"
