#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A lane of the courier as a process: it announces its templates, answers in
# order, survives rubbish, says `submitting` before an SMS leaves, ends when
# asked, dies by its own alarm in a connect that hangs, and logs nobody.
set -u -o pipefail
name=system.courier-lane
bin=$BUILD_DIR/tests
work=$(mktemp -d)
relay=
export ASAN_OPTIONS=detect_leaks=0
finish() {
	[ -n "$relay" ] && kill "$relay" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
fail() {
	echo "$name: $*"
	cat "$work"/answers "$work"/log 2>/dev/null | cut -c1-300 | tail -n 20
	exit 1
}
config() { # config TRANSPORT PORT
	cat >"$work/config.json" <<-JSON
	{"role":"courier","log":{"level":"debug"},
	 "security":{"landlock":"preferred"},
	 "mail":{"transport":"$1","host":"127.0.0.1","port":$2,"timeout_s":2,
	         "maildir":"$work/mail"},
	 "sms":{"gateway":"file","folder":"$work/sms","max_segments":1}}
	JSON
}
lane() { # lane LANE: $work/lines to $work/answers and $work/log
	"$bin/etrier-lane" "$1" "$work/config.json" conf/templates \
		<"$work/lines" >"$work/answers" 2>"$work/log"
}
types() {
	/usr/bin/python3 -c 'import json, sys
print(" ".join(json.loads(line)["t"] for line in sys.stdin))' <"$work/answers" |
		sed -E 's/(template )+/template.. /'
}

# 1. Rubbish between good lines costs only itself.
config maildir 25
{
	echo 'this is no JSON'
	"$bin/etrier-sample" digest email
	echo '{"t":"unheard-of"}'
	echo '{"no type":1}'
	"$bin/etrier-sample" offer sms
	"$bin/etrier-sample" offer email
} >"$work/lines"
lane mail-1 || fail "the lane ended with $?"
want="hello template.. verdict submitting verdict verdict"
[ "$(types)" = "$want" ] || fail "order: $(types), not $want"
[ "$(grep -c '"result":"sent"' "$work/answers")" -eq 3 ] || fail "not all sent"
[ "$(grep -c 'wire.bad' "$work/log")" -eq 3 ] || fail "rubbish not counted"
# Both mails have the sample's Message-ID: the second is the first again.
[ "$(find "$work/mail/new" -type f | wc -l)" -eq 1 ] || fail "maildir"
[ "$(find "$work/sms" -name 'sms-*.json' | wc -l)" -eq 1 ] || fail "sms"

# 2. Nobody in the log: not a name, address, number, file number or trade.
if grep -E 'Sarah|Lina|Yanis|@|0?6 ?39|33639|0377|boulanger|menuisier' \
	"$work/log"; then
	fail "the log names somebody"
fi

# 3. A connect that hangs: the lane ends itself (75), says nothing, and the
# engine sees the end of the stream.
exec 3< <(exec "$bin/etrier-smtp" full)
relay=$!
read -r port <&3 || fail "no relay"
config smtp "$port"
"$bin/etrier-sample" digest email >"$work/lines"
started=$SECONDS
lane mail-2
status=$?
[ "$status" -eq 75 ] || fail "a hanging connect: status $status, not 75"
[ $((SECONDS - started)) -le 10 ] || fail "the alarm came late"
grep -q '"t":"verdict"' "$work/answers" && fail "a verdict from the dead"
echo "$name: order, rubbish, log, alarm"
