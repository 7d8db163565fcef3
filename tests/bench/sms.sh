#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# SMS a second through a real Kannel on loopback: one lane of the courier, each
# SMS announced, carried and judged before the next (N in all, 1000), beside
# the same POST by curl: a process a message, and one process for all over a
# kept connection. Rendering is in the lane's figure, the engine's commits are
# not. Prints figures and ratios; use a build without sanitizers.
set -u -o pipefail
name=bench.sms
: "${BUILD_DIR:=build}"
N=${N:-1000}
. tests/peers.sh
bin=$BUILD_DIR/tests
work=$(mktemp -d)
. tests/kannel.sh
trap 'kannel_stop; rm -rf "$work"' EXIT
command -v curl >/dev/null || skip "$name" "no curl"
kannel_find || skip "$name" "no Kannel, and no Debian mirror to take it from"
kannel_start || { echo "$name: Kannel did not start"; exit 1; }
fakesmsc_start

cat >"$work/config.json" <<JSON
{"role":"courier","log":{"level":"error"},
 "security":{"landlock":"preferred"},
 "mail":{"transport":"none","maildir":"$work/mail"},
 "sms":{"gateway":"kannel","folder":"$work/sms","max_segments":1,
        "account":"etrier","url":"$kannel_url","timeout_s":5},
 "secrets":{"sms.key":"kannel-password"}}
JSON
"$bin/etrier-sample" offer sms | /usr/bin/python3 -c 'import json, sys
line = json.load(sys.stdin)
line["to"]["address"] = "+33639980003"
for i in range(int(sys.argv[1])):
    line["id"] = i + 1
    print(json.dumps(line))' "$N" >"$work/lines"
text=$(printf 'x%.0s' $(seq 148))
post=(-s -o /dev/null -X POST -H "Content-Type: text/plain; charset=UTF-8"
	-H "X-Kannel-Username: etrier" -H "X-Kannel-Password: kannel-password"
	-H "X-Kannel-From: MISSIONLOC" -H "X-Kannel-To: +33639980003"
	-H "X-Kannel-Coding: 0" --data-binary "$text")
now() { date +%s%N; }
rate() { echo $((N * 1000000000 / ($2 - $1))); }

a=$(now)
"$bin/etrier-lane" sms-1 "$work/config.json" conf/templates <"$work/lines" \
	>"$work/answers" || { echo "$name: the lane failed"; exit 1; }
b=$(now)
sent=$(grep -c '"result":"sent"' "$work/answers")
[ "$sent" -eq "$N" ] || { echo "$name: $sent of $N sent"; exit 1; }
lane=$(rate "$a" "$b")
a=$(now)
for ((i = 0; i < N; i++)); do curl "${post[@]}" "$kannel_url"; done
b=$(now)
loop=$(rate "$a" "$b")
urls=()
for ((i = 0; i < N; i++)); do urls+=("$kannel_url"); done
a=$(now)
curl "${post[@]}" "${urls[@]}" >/dev/null
b=$(now)
kept=$(rate "$a" "$b")
echo "lane $lane/s, curl a process each $loop/s, curl one connection $kept/s"
awk -v l="$lane" -v a="$loop" -v b="$kept" 'BEGIN {
	printf "lane over curl loop %.2f, over one connection %.2f\n", l/a, l/b }'
