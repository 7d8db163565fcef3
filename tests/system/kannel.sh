#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A lane and a real Kannel: what is accepted, queued, refused; the text arrives
# byte for byte; the receipt calls our address with our own id; the password is
# in no log.
set -u -o pipefail
name=system.kannel
. tests/peers.sh
bin=$BUILD_DIR/tests
work=$(mktemp -d)
listener=
export ASAN_OPTIONS=detect_leaks=0
. tests/kannel.sh
finish() {
	kannel_stop
	[ -n "$listener" ] && kill "$listener" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
fail() {
	echo "$name: $*"
	tail -n 8 "$work"/answers "$work"/log "$work"/fakesmsc.log \
		"$work"/callbacks 2>/dev/null | cut -c1-300
	exit 1
}
kannel_find || skip "$name" "no Kannel, and no Debian mirror to take it from"

# Where receipts and replies come: each address in a line.
cat >"$work/listen.py" <<'PY'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "a") as f:
            f.write(self.path + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
server.serve_forever()
PY
callbacks=$(free_port)
/usr/bin/python3 "$work/listen.py" "$work/callbacks" "$callbacks" &
listener=$!
secret=callback-secret-0123
kannel_start "$callbacks" "/cb/sms/kannel/$secret" || fail "Kannel did not start"
fakesmsc_start STOP

# A text of exactly 160 units with what GSM-7 has and what it has not.
cp -r conf/templates "$work/templates"
text='Début à Noisy, été, où? 5 € {ù} [è]~|^\ Æé Ç: '
text+="l'offre de Zoé, fin. "
while :; do
	units=$(printf %s "$text" | /usr/bin/python3 -c 'import sys
s = sys.stdin.read()
print(len(s) + sum(c in "€{}[]~|^\\" for c in s))')
	[ "$units" -ge 160 ] && break
	text+=a
done
[ "$units" -eq 160 ] || fail "the text has $units units"
printf '%s\n' "$text" >"$work/templates/fr/offer.sms.mustache"

config() { # config PASSWORD URL
	cat >"$work/config.json" <<-JSON
	{"role":"courier","log":{"level":"debug"},
	 "security":{"landlock":"preferred"},
	 "mail":{"transport":"none","maildir":"$work/mail"},
	 "sms":{"gateway":"kannel","folder":"$work/sms","max_segments":1,
	        "account":"etrier","url":"$2","timeout_s":5,"segment_cost":55},
	 "secrets":{"sms.key":"$1"},
	 "callback_url":"http://127.0.0.1:$callbacks/cb/sms/kannel/$secret"}
	JSON
}
# send ID NUMBER: the verdict's result and reason.
send() {
	"$bin/etrier-sample" offer sms | /usr/bin/python3 -c 'import json, sys
line = json.load(sys.stdin)
line["id"] = int(sys.argv[1])
line["to"]["address"] = sys.argv[2]
print(json.dumps(line))' "$1" "$2" >"$work/lines"
	"$bin/etrier-lane" sms-1 "$work/config.json" "$work/templates" \
		<"$work/lines" >"$work/answers" 2>>"$work/log" || return 1
	/usr/bin/python3 -c 'import json, sys
lines = [json.loads(l) for l in sys.stdin]
v = [l for l in lines if l["t"] == "verdict"][-1]
s = sum(l["t"] == "submitting" for l in lines)
print(v["result"], v["reason"], s, v.get("gateway", "-"), v.get("segments", 0),
      v.get("cost", -1))' <"$work/answers"
}
expect() { # expect WORDS ID NUMBER
	local got
	got=$(send "$2" "$3") || fail "the lane ended badly"
	[ "$got" = "$1" ] || fail "$2: $got, not $1"
}
arrived() { # arrived N TEXT: so many messages of that text, within seconds
	for _ in $(seq 100); do
		[ "$(grep -acF -- "$2" "$work/fakesmsc.log")" -ge "$1" ] && return
		sleep 0.1
	done
	fail "not at the SMSC: $2"
}
called() { # called WORDS: a call-back of that address, within seconds
	for _ in $(seq 100); do
		grep -qF -- "$1" "$work/callbacks" 2>/dev/null && return
		sleep 0.1
	done
	fail "no call-back: $1"
}

# 1. Accepted; not a byte is changed; the receipt has our id.
config kannel-password "$kannel_url"
expect "sent ok 1 kannel 1 55" 41 +33639980001
arrived 1 "MISSIONLOC +33639980001 text $text>"
called "/cb/sms/kannel/$secret?message=41&d=8"
# 2. The young person's reply comes to the same address.
called "/cb/sms/kannel/$secret?from=%2B33639980001&to=36111&text=STOP"
# 3. A number the gateway refuses; a wrong password blames nobody.
expect "failed dead 1 kannel 1 -1" 42 +33639980007
config wrong-password "$kannel_url"
expect "retry credentials 1 kannel 1 -1" 43 +33639980002
# 4. The SMSC is down: queued, and it arrives when it is back.
config kannel-password "$kannel_url"
fakesmsc_stop
expect "sent ok 1 kannel 1 55" 44 +33639980002
fakesmsc_start
arrived 1 "MISSIONLOC +33639980002 text $text>"
# 5. Nobody there: nothing left, so it may go again.
config kannel-password "http://127.0.0.1:$(free_port)/cgi-bin/sendsms"
expect "retry network 0 kannel 0 -1" 45 +33639980003
grep -aq '+33639980003' "$work/fakesmsc.log" && fail "45 left all the same"
# 6. No password, no number and no text in a log; Kannel's show no password.
grep -aE 'password|3363998|Noisy|callback-secret' "$work/log" &&
	fail "the lane's log says too much"
# (its configuration is read out once, at the start)
grep -ahE 'Password: *kannel|password=kannel' "$work"/kannel/*.log &&
	fail "the password is in Kannel's log"
echo "$name: accepted, queued, refused; text, receipt and reply intact"
