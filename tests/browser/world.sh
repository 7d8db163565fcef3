# SPDX-License-Identifier: EUPL-1.2
# What the browser looks at: the demo's people and feeds behind a real daemon,
# and one link to each of its pages. Sourced after tests/daemon.sh:
#
#   browser_world    starts it; sets $links, a file of "KIND ADDRESS" lines:
#                    o and a of one message to a young person, d, u, method
#   browser_pages WORDS...   tests/browser/pages.py with them
browser_world() {
	planner='{windows: open, tick_s: 1, youth_per_day: 5, youth_per_week: 14}'
	instance_new
	instance_config
	cp -r tests/golden/feeds "$work/feeds"
	helper etrier-demo-http "$work/feeds"
	daemon_start
	import_people
	browser_contracts
	go_live
	demo_sources "$port"
	ctl reload >/dev/null 2>&1 || fail "reload"
	settled 60 4 || fail "not settled"
	links=$work/links
	until_ 30 browser_links || fail "not a message of every kind: $(cut -d' ' -f1 "$links" | xargs)"
}

# Contracts begun 10 and 25 days ago: the steps J+7 and J+21, due some days
# ago, are in the first digest of each adviser.
browser_contracts() {
	local ref days=10
	for ref in N001 N003; do
		ctl youths outcome "ml-nord:$ref" contract --kind apprenticeship \
			--start "$(date -d "-$days days" +%F)" >/dev/null 2>&1 ||
			fail "no contract for $ref"
		days=25
	done
}

# The addresses stand in the frozen lines only: the store has hashes. What can
# be read beside a running engine is a copy.
browser_links() {
	local copy=$folder/state/backup/links
	rm -rf "$copy"
	sleep 1
	ctl backup --name links >/dev/null 2>&1 || return 1
	/usr/bin/python3 - "$copy/etrier.db" "http://127.0.0.1:$front_port" \
		>"$links" <<-'PY'
	import json, sqlite3, sys
	db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
	found, asks = {}, False
	for kind, audience, text in db.execute(
	        "SELECT kind, audience, model FROM message WHERE model IS NOT NULL "
	        "AND state = 'sent' ORDER BY length(model)"):
	    model = json.loads(text)["model"]
	    if audience == "youth" and kind == "offer" and "answer_url" in model:
	        found.setdefault("o", model["offer_url"])
	        found.setdefault("a", model["answer_url"])
	        found.setdefault("u", model["stop_url"])
	    elif audience == "adviser" and "page_url" in model:
	        # one that asks about a contract; of those the longest
	        if model.get("follow") or "d" not in found:
	            found["d"] = model["page_url"]
	        asks |= bool(model.get("follow"))
	found["method"] = sys.argv[2] + "/method"
	for kind, address in found.items():
	    print(kind, address)
	sys.exit(len(found) != 5 or not asks)
	PY
}

browser_pages() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/browser timeout 240 \
		/usr/bin/python3 tests/browser/pages.py "$chromium" "$links" "$@"
}
