#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A lane of the courier, confined as it runs, hands mails to Postfix's own
# smtp-sink: each arrives whole, under its Message-ID, with the envelope asked
# for; the same line twice gives the same bytes twice; refusals of the sink get
# their class.
set -u -o pipefail
. tests/peers.sh
name=system.courier-smtp
postfix=$(peer postfix usr/sbin/smtp-sink) ||
	skip "$name" "postfix cannot be downloaded from the Debian mirror"
export LD_LIBRARY_PATH=$postfix/usr/lib/postfix
lane=$BUILD_DIR/tests/etrier-lane
work=$(mktemp -d)
sink=
finish() {
	[ -n "$sink" ] && kill "$sink" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
fail() {
	echo "$name: $*"
	tail -n 5 "$work"/*.log 2>/dev/null
	exit 1
}

start_sink() { # start_sink OPTIONS...: on a free port, dumping into $work/got
	local try
	[ -n "$sink" ] && kill "$sink" && wait "$sink" 2>/dev/null
	for try in 1 2 3; do
		port=$(free_port)
		rm -rf "$work/got" && mkdir "$work/got"
		"$postfix/usr/sbin/smtp-sink" -u "$(id -un)" -d "$work/got/%M." \
			"$@" "127.0.0.1:$port" 100 >"$work/sink.log" 2>&1 &
		sink=$!
		wait_for_port "$port" 5 && return 0
	done
	fail "smtp-sink does not start"
}

run_lane() { # run_lane: $work/lines to $work/answers
	cat >"$work/config.json" <<-JSON
	{"role":"courier","log":{"level":"info"},
	 "security":{"landlock":"preferred"},
	 "mail":{"transport":"smtp","host":"127.0.0.1","port":$port,
	         "timeout_s":5,"maildir":"$work/mail"},
	 "sms":{"gateway":"none","folder":"$work/sms","max_segments":1}}
	JSON
	ASAN_OPTIONS=detect_leaks=0 "$lane" mail-1 "$work/config.json" \
		conf/templates <"$work/lines" >"$work/answers" 2>"$work/lane.log" ||
		fail "the lane ended with $?"
}

results() {
	/usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[1]):
    v = json.loads(line)
    if v["t"] == "verdict":
        print(v["id"], v["result"], v["code"])' "$work/answers"
}

# Twenty mails; the first line once more at the end.
"$BUILD_DIR/tests/etrier-sample" digest email >"$work/sample" ||
	fail "no sample"
/usr/bin/python3 - "$work" <<'PY' || fail "no lines"
import json, sys
work = sys.argv[1]
sample = json.load(open(work + "/sample"))
with open(work + "/lines", "w") as out:
    for i in list(range(1, 21)) + [1]:
        sample["id"] = i
        sample["message_id"] = f"<m.{i:04d}@ml.example>"
        sample["envelope_from"] = f"b+T{i:04d}@rebonds.example"
        sample["boundary"] = f"=_etrier.{i:04d}"
        print(json.dumps(sample, ensure_ascii=False), file=out)
PY

start_sink
run_lane
[ "$(results | grep -c ' sent 250$')" -eq 21 ] || fail "not all were sent: $(results)"
/usr/bin/python3 - "$work/got" <<'PY' || fail "what arrived is not what was sent"
import collections, email, email.policy, pathlib, re, sys
bodies, envelopes = collections.defaultdict(set), {}
files = [f for f in pathlib.Path(sys.argv[1]).iterdir() if f.stat().st_size]
for f in files:
    raw = f.read_bytes()
    # smtp-sink writes the envelope, then its own Received, then the mail.
    head, mark, mail = raw.partition(b"From: Mission Locale d'Exemple")
    mail = mark + mail
    m = email.message_from_bytes(mail.rstrip(b"\r\n") + b"\n",
                                 policy=email.policy.default)
    bodies[m["Message-ID"]].add(mail)
    envelopes[m["Message-ID"]] = head.decode()
    assert not any(p.defects for p in m.walk()), f
    assert m["Subject"] == "2 réponses, 7 offres pour 5 jeunes – lundi 23 nov.", m["Subject"]
    assert "Apprenti menuisier" in m.get_body(("plain",)).get_content()
    assert "</html>" in m.get_body(("html",)).get_content()
assert len(files) == 21, len(files)
assert len(bodies) == 20, len(bodies)
for i in range(1, 21):
    mid = f"<m.{i:04d}@ml.example>"
    assert len(bodies[mid]) == 1, "two deliveries of one mail differ"
    assert re.search(rf"b\+T{i:04d}@rebonds\.example", envelopes[mid]), mid
    assert "sarah@ml.example" in envelopes[mid]
PY

# smtp-sink refuses at a step: -r temporarily (4xx), -f for good (5xx).
head -n 1 "$work/lines" >"$work/one" && mv "$work/one" "$work/lines"
for try in "-r RCPT:retry 4" "-f RCPT:failed 5" "-r MAIL:retry 4" \
	"-f DATA:failed 5" "-r .:retry 4" "-f .:failed 5"; do
	start_sink ${try%%:*}
	run_lane
	results | grep -q "^1 ${try#*:}[0-9][0-9]\$" ||
		fail "${try%%:*}: $(results)"
done
echo "$name: 21 mails whole, 6 refusals classed"
