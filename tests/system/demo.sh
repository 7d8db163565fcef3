#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# scripts/demo does what the README promises: within a minute, at any hour, it
# has polled, matched and delivered, and shows an SMS, a digest and one
# explanation; then it stops and leaves nothing running. (With the programs of
# this build, so that they are not built twice.)
set -u
name=system.demo
. tests/peers.sh
. tests/daemon.sh
work=$(mktemp -d) || exit 1
mkdir -p "$logs"
folder=$work/demo
started=$SECONDS
ETRIER_DEMO_BUILD=$BUILD_DIR timeout -k 10 110 setsid scripts/demo \
	--folder "$folder" >"$work/out" 2>&1 &
demo=$!
wait "$demo"
status=$?
took=$((SECONDS - started))
cp "$folder/etrierd.log" "$logs/demo.log" 2>/dev/null
[ "$status" -eq 0 ] || { tail -n 40 "$work/out"; fail "exit status $status"; }
[ "$took" -le 60 ] || fail "it took $took s"

# section TITLE: what stands below it, up to the next title.
section() {
	sed -n "/^== $1/,/^== /p" "$work/out" | sed '1d;/^== /d'
}
shows() { # shows TITLE PATTERN...
	local pattern
	for pattern in "${@:2}"; do
		section "$1" | grep -qE "$pattern" ||
			{ section "$1" | head -n 20; fail "\"$1\" does not show: $pattern"; }
	done
}
shows Import '1 rejected' '28 new' '12 new'
shows "What happened" 'artisans-idf +json' 'chantiers-ecoles +json' \
	'metiers-bouche +xml' 'digest +adviser +email +sent' 'sent'
shows "An SMS" '"to":"\+33639980?[0-9]+"' '"segments":1'
shows "A digest" '^Subject: .*offre' 'dossier N0' 'Pourquoi' 'Contact'
shows "Why: one young person" 'Décision' 'Conditions' 'Points'
shows "Where to look next" 'etrierctl status' 'rules\.yaml'
[ "$(find "$folder/mail/new" -type f | wc -l)" -gt 2 ] || fail "mails"
[ "$(find "$folder/sms" -maxdepth 1 -name 'sms-*' | wc -l)" -gt 2 ] || fail "SMS"
grep -aq 'service.stopped status=0' "$folder/etrierd.log" || fail "it did not stop"
for pid in $(pgrep -f "$folder" -d ' '); do
	[ "$pid" = "$$" ] || { ps -fp "$pid"; fail "process $pid is left"; }
done
say "polled, matched, delivered and stopped in $took s"
