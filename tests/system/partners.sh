#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every map that we ship reads a payload of its partner's shape: invented, small,
# in tests/golden/partners, beside the offer lines that must come of it. Run as
# an administrator would, with `etrierctl sources try`. UPDATE=1 writes the lines
# anew, to be read before they are kept.
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
for payload in "$golden"/*; do
	case $payload in *.lines) continue ;; esac
	stem=${payload##*/}
	stem=${stem%.*}
	map=conf/sources.d/examples/$stem.yaml
	[ -e "$map" ] || fail "$payload has no map"
	ctl --json sources try "$payload" --map "$map" \
		>"$work/lines" 2>"$work/said"
	status=$?
	[ "$status" -eq 0 ] || { cat "$work/said"; fail "$stem: exit $status"; }
	/usr/bin/python3 - "$work/lines" >"$work/$stem.lines" <<-'PY'
	import json, sys
	for line in open(sys.argv[1]):
	    v = json.loads(line)
	    print(json.dumps(v.get("offer", v), ensure_ascii=False, sort_keys=True))
	PY
	[ -s "$work/$stem.lines" ] || fail "$stem: no offer"
	[ -z "${UPDATE:-}" ] || cp "$work/$stem.lines" "$golden/$stem.lines"
	diff -u "$golden/$stem.lines" "$work/$stem.lines" ||
		fail "$stem: other offers than $golden/$stem.lines"
	n=$((n + 1))
done
for map in conf/sources.d/examples/*.yaml; do
	stem=$(basename "$map" .yaml)
	# A program has no payload: tests/system/exec.sh.
	grep -q '^kind: exec' "$map" && continue
	compgen -G "$golden/$stem.*" >/dev/null ||
		fail "$map is tried with no payload"
	grep -q "| $stem |" docs/sources.md ||
		fail "docs/sources.md does not name $stem"
done
say "$n maps of partners give the offers of their goldens"
