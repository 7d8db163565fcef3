#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The example mappings read real samples of the partners' feeds, where those are
# at hand (a folder beside the tree; a clean clone skips): through `etrierctl
# sources try`, as an administrator would. What comes out is a golden of counts;
# what a sample does not say is stated as unknown and not guessed.
set -u
name=system.samples
. tests/peers.sh
samples=$PWD/../shared/samples/feeds
[ -d "$samples" ] || skip "$name" "the partners' samples are not in this checkout"
. tests/daemon.sh
instance_new
instance_config

# file, mapping, what etrierctl counts
while IFS='|' read -r file map golden; do
	ctl --json sources try "$samples/$file" \
		--map "conf/sources.d/examples/$map.yaml" \
		>"$work/lines" 2>"$work/said"
	status=$?
	[ "$status" -eq 0 ] || { cat "$work/said"; fail "$file: exit $status"; }
	counts=$(sed -n 's/^\([0-9]* records: .*\); [0-9]* bytes$/\1/p' "$work/said")
	[ "$counts" = "$golden" ] || { cat "$work/said"; fail "$file: $counts"; }
	ctl --limit 100 sources try "$samples/$file" \
		--map "conf/sources.d/examples/$map.yaml" >"$work/blocks" 2>/dev/null
	/usr/bin/python3 - "$work" "$map" <<-'PY' || fail "$file"
	import json, sys
	seen = [json.loads(l) for l in open(sys.argv[1] + "/lines")]
	lines = [s["offer"] for s in seen]
	blocks = open(sys.argv[1] + "/blocks").read()
	assert lines, "no offer"
	assert blocks.count("  unknown: ") == len(lines), "unknowns are not stated"
	for line in lines:
	    # Pages may leave their number out; feeds do not.
	    assert line["title"], line
	    assert line.get("ref") or sys.argv[2] == "jsonld-site", line
	    # Absent is unknown: nothing is written as an empty word.
	    assert "" not in line.values() and None not in line.values(), line
	    assert line["title"] and seen[lines.index(line)]["origin"]["title"]
	    for field, how in (line.get("provenance") or {}).items():
	        assert how in ("stated", "text", "trade", "list"), (field, how)
	PY
	say "$file: $counts"
done <<'TABLE'
lba-decathlon-digitalrecruiters.json|decathlon|3 records: 3 good, 0 bad; of the good ones 0 closed, 3 without a trade, 0 without a place
lba-edf-talentsoft.xml|edf-enedis|3 records: 3 good, 0 bad; of the good ones 0 closed, 1 without a trade, 1 without a place
lba-hellowork.xml|hellowork|5 records: 5 good, 0 bad; of the good ones 0 closed, 2 without a trade, 0 without a place
lba-laposte.xml|la-poste|2 records: 2 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
ft-offresv2-search-itou.json|france-travail|2 records: 2 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
ft-offresv2-search-interim-2024.json|france-travail|2 records: 2 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
lba-apec.xml|apec|5 records: 5 good, 0 bad; of the good ones 0 closed, 4 without a trade, 0 without a place
lba-leboncoin.csv|leboncoin|2 records: 2 good, 0 bad; of the good ones 0 closed, 1 without a trade, 0 without a place
lba-emploi-inclusion-siaes.json|emplois-inclusion|1 records: 1 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
1j1s-etl-stagefr-compresse.json|1j1s-stagefr|1 records: 1 good, 0 bad; of the good ones 0 closed, 1 without a trade, 0 without a place
rss-wpjobmanager-econjobs.xml|wp-job-manager|2 records: 2 good, 0 bad; of the good ones 2 closed, 2 without a trade, 2 without a place
jsonld-bamboohr.html|jsonld-site|1 records: 1 good, 0 bad; of the good ones 0 closed, 1 without a trade, 1 without a place
jsonld-schemaorg-examples.html|jsonld-site|12 records: 12 good, 0 bad; of the good ones 0 closed, 11 without a trade, 12 without a place
microdata-schemaorg-jobposting.html|jsonld-site|1 records: 1 good, 0 bad; of the good ones 0 closed, 1 without a trade, 1 without a place
ats-lever-posting.json|lever|1 records: 1 good, 0 bad; of the good ones 0 closed, 1 without a trade, 0 without a place
lba-v3-jobs-export-delegated-cfa.json|labonnealternance-export|1 records: 1 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
lba-v3-jobs-search.json|labonnealternance|2 records: 2 good, 0 bad; of the good ones 0 closed, 0 without a trade, 0 without a place
TABLE
