#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every map that we ship reads a payload of its partner's shape: invented, small,
# in tests/golden/partners, beside the offer lines that must come of it; and in
# partners-odd one as nasty as partners write them: fields missing, null, empty,
# twice, of another type. Run as an administrator would, with `etrierctl sources
# try`. Only what the map gives is held against the lines: what signals, trades
# and quality add has its own tests. UPDATE=1 writes the lines anew, to be read
# before they are kept.
set -u
name=system.partners
. tests/peers.sh
. tests/daemon.sh
golden=tests/golden/partners
instance_new
instance_config
n=0
# From then on nothing is late, today is not part of the result.
clock_at 09:00
export TEST_CLOCK_SHIFT=$((1795600000 - $(date +%s)))
# offers PAYLOAD MAP: its lines as $work/found
offers() {
	ctl --json sources try "$1" --map "$2" >"$work/lines" 2>"$work/said"
	# 3: some records are bad, as odd ones may be
	case $?/$1 in 0/* | 3/*-odd/*) ;; *) false ;; esac ||
		{ cat "$work/said"; fail "$1 is not read"; }
	/usr/bin/python3 - "$work/lines" >"$work/found" <<-'PY'
	import json, sys
	for line in open(sys.argv[1]):
	    v = json.loads(line)
	    offer = v.get("offer", v)
	    added = ["quality", "evidence"]
	    added += [f for f, how in offer.pop("provenance", {}).items()
	              if how != "stated" and f != "kind"]
	    for field in added:
	        top, _, rest = field.partition(".")
	        if rest and top in offer:
	            offer[top].pop(rest, None)
	        if not rest or not offer.get(top):
	            offer.pop(top, None)
	    print(json.dumps(offer, ensure_ascii=False, sort_keys=True))
	PY
	[ -s "$work/found" ] || fail "$1: no offer"
}
for payload in "$golden"/* "$golden-odd"/*; do
	case $payload in *.lines) continue ;; esac
	wanted=${payload%.*}.lines
	stem=$(basename "$wanted" .lines)
	# The map's name ends at the first dot: one map may have several.
	map=conf/sources.d/examples/${stem%%.*}.yaml
	[ -e "$map" ] || fail "$payload has no map"
	offers "$payload" "$map"
	[ -z "${UPDATE:-}" ] || cp "$work/found" "$wanted"
	diff -u "$wanted" "$work/found" ||
		fail "$payload: other offers than $wanted"
	n=$((n + 1))
done
# Days are those of Paris wherever the machine believes to be.
for zone in UTC Europe/Paris America/New_York Pacific/Auckland; do
	for stem in partners/api-engagement-list.json partners-odd/kelio.xml; do
		map=$(basename "${stem%.*}")
		TZ=$zone offers "tests/golden/$stem" \
			"conf/sources.d/examples/$map.yaml"
		diff -u "tests/golden/${stem%.*}.lines" "$work/found" ||
			fail "$stem: other offers with TZ=$zone"
	done
done
for map in conf/sources.d/examples/*.yaml; do
	stem=$(basename "$map" .yaml)
	# A program has no payload; it has system.exec.
	[ "$stem" != exec-example ] || continue
	compgen -G "$golden/$stem.*" >/dev/null ||
		fail "$map is tried with no payload"
	grep -q "| $stem |" docs/sources.md ||
		fail "docs/sources.md does not name $stem"
done
say "$n maps of partners give the offers of their goldens"
