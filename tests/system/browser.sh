#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The pages in a real browser: a headless Chromium, unpacked and never
# installed, opens every page of a real daemon at 320 and 600 pixels, light and
# dark (nothing runs over, contrasts, sizes, labels, headings; no script,
# cookie, complaint or request to anybody else), walks them with Tab, then
# answers an offer, works on a digest (its offers, and a contract's step that was
# due some days ago) and stops the messages with the keyboard alone. What was pressed is in the events afterwards.
set -u
name=system.browser
. tests/peers.sh
. tests/daemon.sh
. tests/browser/world.sh
chromium=$(chromium) || skip "$name" "no Chromium from the Debian mirror that runs here"

browser_world
browser_pages check >"$work/out" 2>&1 || { tail -n 40 "$work/out"; fail "in the browser"; }

ctl --json --limit 1000 events list >"$work/events" 2>/dev/null
for kind in answer pause decision followed adviser.told optout; do
	grep -qE "\"kind\": *\"$kind\"" "$work/events" || fail "no event $kind"
done
while read -r _ address; do
	[[ $address == */method ]] && continue
	grep -qF "${address##*/}" "$log" && fail "the log holds a link"
done <"$links"
daemon_stop || fail "the stop: $?"
say "$(tail -n 1 "$work/out")"
