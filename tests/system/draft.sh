#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# From an unknown payload to a source that works, as an administrator goes:
# `sources draft` of the demo's three feeds (invented, as JSON with codes, JSON
# with French words and XML), by address and by file; the draft passes
# `etrierctl check` in sources.d and `sources try` at once, and gives every offer
# a title, a reference, a place, a contract and an employer. A page, an archive
# and an empty file are refused in words. What `sources try` says of the origin
# of values and of words it does not understand is looked at too.
set -u
name=system.draft
. tests/peers.sh
. tests/daemon.sh
instance_new
instance_config

"$BUILD_DIR/tests/etrier-demo-http" tests/golden/feeds >"$work/port" &
helpers+=($!)
until_ 10 grep -q '^port ' "$work/port" || fail "the demo's server"
port=$(sed -n 's/^port //p' "$work/port")

for feed in artisans-idf.json chantiers-ecoles.json metiers-bouche.xml; do
	url=http://127.0.0.1:$port/$feed
	source=draft-${feed%.*}
	yaml=$folder/sources.d/$source.yaml
	mkdir -p "$folder/sources.d"
	ctl sources draft "$url" --name "$source" >"$yaml" 2>"$work/said" ||
		fail "$feed: $(cat "$work/said")"
	grep -q '^found: ref url title' "$work/said" ||
		fail "$feed: $(cat "$work/said")"
	# every line of the map has its reason above it
	awk '/^fields:/ { on = 1; next } on && /^$/ { exit }
		on && /^  [a-z]/ && before !~ /^ *#/ { bad = 1; print }
		{ before = $0 } END { exit bad }' "$yaml" ||
		fail "$feed: a line without a reason"
	awk 'length > 200' "$yaml" | grep -q . && fail "$feed: a long line"
	ctl check >"$work/out" 2>&1 || fail "$feed: $(cat "$work/out")"
	ctl --json sources try "$source" >"$work/lines" 2>"$work/said" ||
		fail "$feed: $(cat "$work/said")"
	/usr/bin/python3 - "$work/lines" "$feed" <<-'PY' || fail "$feed"
	import json, sys
	seen = [json.loads(l) for l in open(sys.argv[1])]
	assert len(seen) >= 12, len(seen)
	for s in seen:
	    o, origin = s["offer"], s["origin"]
	    for field in ("title", "ref", "place", "kind", "employer", "posted", "url"):
	        assert o.get(field), (field, o)
	    assert o["place"]["precision"] != "unknown", o
	    assert origin["title"] and origin["employer.name"] and origin["place"], origin
	    assert isinstance(s["notes"], list)
	print(sys.argv[2], len(seen), "offers from a draft")
	PY
done

# the summary: what is not understood, and how often
printf '[%s,%s,%s]' '{"title":"a","ref":1,"contrat":"Tâcheron"}' \
	'{"title":"b","ref":2,"contrat":"Tâcheron"}' \
	'{"title":"c","ref":3,"contrat":"CDI"}' >"$work/one.json"
printf '%s\n' 'name: one' 'kind: json' 'url: https://partner.example/' \
	'delivers: window' 'fields: {title: title, ref: ref, kind: contrat}' \
	>"$work/one.yaml"
ctl sources try "$work/one.json" --map "$work/one.yaml" >"$work/out" 2>/dev/null
grep -qE '^  kind +33 % +66 %$' "$work/out" || fail "$(cat "$work/out")"
grep -q '2 x "Tâcheron"' "$work/out" || fail "$(cat "$work/out")"
grep -qE '^  kind +permanent +contrat$' "$work/out" || fail "$(cat "$work/out")"
awk '{ gsub(/[\x80-\xbf]/, "") } length > 80' "$work/out" | grep -q . &&
	fail "wider than 80 columns"

# a draft by standard input, and the draft as an object
ctl --json sources draft - <"$work/one.json" >"$work/out" 2>/dev/null ||
	fail "standard input"
/usr/bin/python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
assert v["kind"] == "json" and v["looked"] == 3 and "kind" in v["found"]
assert "Tâcheron: unknown" in v["yaml"] or "\"Tâcheron\": unknown" in v["yaml"], v
' "$work/out" || fail "--json"

refused() { # refused FILE WORDS
	ctl sources draft "$work/$1" >"$work/out" 2>"$work/said" &&
		fail "$1 was drafted"
	[ -s "$work/out" ] && fail "$1: something on standard output"
	grep -q -- "$2" "$work/said" || fail "$1: $(cat "$work/said")"
}
: >"$work/empty"
printf '<!DOCTYPE html><title>Maintenance</title>' >"$work/page"
gzip -c "$work/one.json" >"$work/one.json.gz"
refused empty 'empty'
refused page 'a web page.*Maintenance'
refused one.json.gz 'gzip'
say "drafts of three feeds checked and tried"
