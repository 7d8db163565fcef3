#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The stop link from end to end: an SMS is planned and delivered, the link in it
# shows a page (and nothing more) and stops the messages when its button is
# pressed; the next offer goes to the others and not to that number. Beside it:
# /healthz, /metrics (OpenMetrics, agreeing with docs/metrics.md, naming
# nobody), the front's log, and the same pages through a real nginx with the
# example of conf/examples, whose logs must not hold a token.
set -u
name=system.front
. tests/peers.sh
. tests/daemon.sh
more='  trusted_proxies: ["127.0.0.1"]'
# The first message is not to be the last for today.
planner='{windows: open, tick_s: 1, youth_per_day: 5, youth_per_week: 14}'

# tool NAME: the host's, or Debian's unpacked.
tool() {
	local folder
	command -v "$1" && return
	folder=$(peer "$1" "usr/bin/$1") && echo "$folder/usr/bin/$1"
}
curl=$(tool curl) || skip "$name" "no curl, and no Debian mirror to take it from"

# get WORDS FOR CURL...: the answer's code in $code, its text in $work/page.
get() {
	code=$("$curl" -s --max-time 20 -o "$work/page" -D "$work/head" \
		-w '%{http_code}' "$@")
}
shows() { # shows CODE TEXT WORDS FOR CURL...
	get "${@:3}"
	[ "$code" = "$1" ] || fail "${*:3}: $code, not $1"
	grep -qF -- "$2" "$work/page" || fail "${*:3}: no \"$2\""
}
n_optouts() { count '"kind": *"optout"' events list; }

# The demo's people and two of its sources; the third comes later.
instance_new
instance_config
# One more hairdresser in it than the demo has.
cp -r tests/golden/feeds "$work/feeds"
sed -i '0,/<offre id/s//<offre id="MB-200">\
    <intitule>Coiffeur \/ Coiffeuse<\/intitule>\
    <societe>Salon Essai<\/societe>\
    <lieu>93 - Pantin<\/lieu>\
    <contrat code="AUT">CDI<\/contrat>\
    <date-publication>{{iso:-1}} 08:15:00<\/date-publication>\
    <date-debut>{{iso:+12}}<\/date-debut>\
    <horaires debut="09:00"><\/horaires>\
    <url>https:\/\/emploi.metiers-bouche.example\/offre\/MB-200<\/url>\
  <\/offre>\
  <offre id/' "$work/feeds/metiers-bouche.xml"
helper etrier-demo-http "$work/feeds"
daemon_start
import_people
go_live
demo_sources "$port"
mv "$folder/sources.d/metiers-bouche.yaml" "$work/later.yaml"
ctl reload >/dev/null 2>&1 || fail "reload"
for _ in $(seq 120); do
	[ "$(count '"last_ok"' sources list)" -ge 2 ] &&
		[ "$(find "$folder/sms" -name 'sms-*.json' 2>/dev/null |
			wc -l)" -ge 3 ] && break
	sleep 0.5
done
sleep 2

# One of those who were offered a hairdresser's post. FILE TO LINK YOUTH
read -r sms to link < <(/usr/bin/python3 - "$folder/sms" <<'PY'
import json, pathlib, re, sys
for f in sorted(pathlib.Path(sys.argv[1]).glob("sms-*.json")):
    m = json.load(open(f))
    link = re.search(r"http://\S+/u/[0-9A-HJKMNP-TV-Z]{10}$", m["text"])
    if link and "coiffeur" in m["text"]:
        print(m["id"], m["to"], link[0])
        break
PY
)
[ -n "${link:-}" ] || fail "no SMS with a link to stop"
ctl --json --limit 1000 outbox list >"$work/outbox" 2>/dev/null
ctl --json --limit 1000 ledger >"$work/ledger" 2>/dev/null
ctl --json --limit 1000 youths list >"$work/youths" 2>/dev/null
youth=$(/usr/bin/python3 - "$work" "$sms" <<'PY'
import json, sys
rows = lambda name: [json.loads(l) for l in open(f"{sys.argv[1]}/{name}")]
person = [r["person"] for r in rows("ledger") if r["message"] == int(sys.argv[2])][0]
print(*[f'{r["origin"]}:{r["ref"]}' for r in rows("youths") if r["id"] == person])
PY
)
[ -n "$youth" ] || fail "whose SMS is it?"
token=${link##*/}
here=http://127.0.0.1:$front_port

# Looking changes nothing: a link scanner may do what it likes.
before_optouts=$(n_optouts)
for _ in 1 2 3; do shows 200 '<form method="post">' "$link"; done
get -I "$link"
[ "$code" = 200 ] || fail "HEAD: $code"
[ "$(n_optouts)" -eq "$before_optouts" ] || fail "a GET opted out"
ctl message preview --youth "$youth" >"$work/preview" 2>&1
grep -q 'opted out' "$work/preview" && fail "opted out before anybody asked"

# A message in hand is checked again: the button, then the same once more, in
# the way of RFC 8058.
shows 200 'les messages sont' --data 'List-Unsubscribe=One-Click' "$link"
shows 200 'les messages sont' --data 'List-Unsubscribe=One-Click' \
	"$here/u/${token,,}"
grep -qiE '^(set-cookie|location):' "$work/head" && fail "a cookie or redirect"
[ "$(n_optouts)" -eq $((before_optouts + 1)) ] || fail "not one optout event"
ctl --json events list 2>/dev/null >"$work/events"
grep -E '"kind": *"optout"' "$work/events" | grep -qF "$token" &&
	fail "the token stands in an event"
ctl message preview --youth "$youth" >"$work/preview" 2>&1
# Nothing more by mail; by SMS perhaps, for who agreed to that.
grep -qi '^List-Unsubscribe' "$work/preview" &&
	fail "mail after an opt-out: $(cat "$work/preview")"

# A new source with one more hairdresser's post.
mv "$work/later.yaml" "$folder/sources.d/metiers-bouche.yaml"
ctl reload >/dev/null 2>&1 || fail "reload"
settled 60 || fail "not settled"
# The next best offer waits an hour; a start looks at everybody at once.
daemon_stop || fail "the stop: $?"
daemon_start
settled 60 || fail "not settled after the start"
/usr/bin/python3 - "$folder/sms" "$to" <<'PY' || fail "after the opt-out"
import collections, json, pathlib, sys
sent = collections.defaultdict(list)
for f in pathlib.Path(sys.argv[1]).glob("sms-*.json"):
    m = json.load(open(f))
    sent[m["to"]].append(m["text"])
those = [n for n, texts in sent.items() if "coiffeur" in texts[0]]
others = [n for n in those if len(sent[n]) > 1]
assert len(sent[sys.argv[2]]) == 1, "an SMS to a number that said stop"
assert others, "nobody else got a second one: proves nothing"
PY

# Whatever leads nowhere: one and the same page.
shows 404 'Ce lien ne marche pas' "$here/u/0000000000"
cp "$work/page" "$work/gone"
for path in / /u/ /u/xyz /metrics /healthz /o/0000000000; do
	get "$here$path"
	[ "$code" = 404 ] && cmp -s "$work/page" "$work/gone" ||
		fail "$path looks different: $code"
done

# Figures: every line parses, they are those of the manual, and name nobody.
admin=http://127.0.0.1:$admin_port
shows 200 ok "$admin/healthz"
shows 200 '# EOF' "$admin/metrics"
grep -qi '^content-type: application/openmetrics-text; version=1.0.0' \
	"$work/head" || fail "metrics: content type"
/usr/bin/python3 tests/lint/metrics.py "$work/page" || fail "metrics"
get "$admin/u/$token"
[ "$code" = 404 ] || fail "a page on the admin listener: $code"

# A page with a mistake is refused by name, and the old one stays.
page=$folder/templates/fr/page-gone.html.mustache
cp "$page" "$work/page-gone"
echo '{{first_name}}' >>"$page"
ctl reload >"$work/reload" 2>&1 && fail "a wrong page was taken"
grep -q 'fr/page-gone.html.mustache:[0-9]*:[0-9]*: ' "$work/reload" ||
	fail "the mistake has no place: $(cat "$work/reload")"
cp "$work/page-gone" "$page"
shows 404 'Ce lien ne marche pas' "$here/u/0000000000"

# --- through nginx ---------------------------------------------------------
nginx=$(peer nginx usr/sbin/nginx) || nginx=
openssl=$(tool openssl) || nginx=
if [ -z "$nginx" ] || ! ldd "$nginx/usr/sbin/nginx" >"$work/ldd" 2>&1 ||
	grep -q 'not found' "$work/ldd"; then
	echo "SKIP: (part of $name) no nginx or openssl from the Debian mirror; the pages without a proxy were tested"
	nginx=
fi
start_nginx() {
	local try
	mkdir -p "$work/nginx"
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >"$work/nginx/req"
	"$openssl" req -config "$work/nginx/req" -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
		-keyout "$work/nginx/key.pem" -out "$work/nginx/cert.pem" \
		2>/dev/null || fail "no certificate"
	for try in 1 2 3; do
		tls=$(free_port) plain=$(free_port)
		sed -e "s/listen 80;/listen 127.0.0.1:$plain;/" \
			-e "s/listen 443 ssl/listen 127.0.0.1:$tls ssl/" \
			-e '/listen \[::\]/d' -e "s/127.0.0.1:8081/127.0.0.1:$front_port/" \
			-e "s#/etc/letsencrypt/live/[^/]*/fullchain.pem#$work/nginx/cert.pem#" \
			-e "s#/etc/letsencrypt/live/[^/]*/privkey.pem#$work/nginx/key.pem#" \
			-e "s#/var/log/nginx#$work/nginx#" \
			-e 's/rate=5r/rate=500r/' -e 's/burst=20/burst=200/' \
			conf/examples/nginx/etrier.conf >"$work/nginx/etrier.conf"
		cat >"$work/nginx/nginx.conf" <<-CONF
		daemon off; master_process off;
		pid $work/nginx/pid; error_log $work/nginx/error.log;
		events { worker_connections 64; }
		http {
			client_body_temp_path $work/nginx/body;
			proxy_temp_path $work/nginx/proxy;
			fastcgi_temp_path $work/nginx/fastcgi;
			uwsgi_temp_path $work/nginx/uwsgi;
			scgi_temp_path $work/nginx/scgi;
			include $work/nginx/etrier.conf;
		}
		CONF
		"$nginx/usr/sbin/nginx" -p "$work/nginx" -c "$work/nginx/nginx.conf" \
			2>"$work/nginx/stderr" &
		helpers+=($!)
		wait_for_port "$tls" 5 && return 0
	done
	cat "$work/nginx/stderr"
	fail "nginx does not start"
}
if [ -n "$nginx" ]; then
	start_nginx
	there=https://127.0.0.1:$tls
	shows 200 '<form method="post">' -k "$there/u/$token"
	grep -qi '^content-security-policy: ' "$work/head" || fail "nginx: headers"
	shows 200 'les messages sont' -k --data 'List-Unsubscribe=One-Click' \
		"$there/u/$token"
	get "http://127.0.0.1:$plain/u/$token"
	[ "$code" = 301 ] || fail "plain http: $code"
	head -c 6000 /dev/zero | tr '\0' a >"$work/large"
	get -k --data-binary "@$work/large" "$there/u/$token"
	[ "$code" = 413 ] || fail "a large body: $code"
	# Guessing closes the door to the client that guesses, whatever it says
	# it is, and to no other: one guesses as 127.0.0.2, one reads as .3.
	for i in $(seq 20); do
		get -k --interface 127.0.0.2 -H "X-Forwarded-For: 192.0.2.$i" \
			"$there/u/0000000000"
		[ "$code" = 404 ] || fail "guess $i: $code"
	done
	get -k --interface 127.0.0.2 "$there/u/$token"
	[ "$code" = 429 ] || fail "the 21st: $code"
	shows 200 '<form' -k --interface 127.0.0.3 "$there/u/$token"
	# Nor a link of another kind, a call-back's secret, or what was typed.
	for kind in o a d; do
		get -k --data "act=later&item=7.77777" "$there/$kind/1111111111"
	done
	get -k "$there/cb/sms/kannel/s3cret2222222222?to=%2B33639983333"
	get -k --data 'x=4' "$there/cb/sms/kannel/s3cret2222222222"
	get -k "$there/%63b/sms/kannel/s3cret2222222222"
	shows 200 'Comment les offres sont choisies' -k "$there/method?s3cret"
	get -k -A s3cret -e "$there/u/$token" "$there/d/1111111111/$token"
	cat "$work"/nginx/*.log >"$work/all"
	for line in 'GET /u/... 200' 'POST /d/... ' 'GET /cb/... ' 'GET /method 200'; do
		grep -qF " $line" "$work/all" || fail "no \"$line\" in the access log"
	done
	grep -E "$token|0000000000|1111111111|s3cret|33639983333|77777|127\.0\.0\.[23]" \
		"$work/all" && fail "nginx's log holds a token, a secret or an address"
	say "nginx: pages, limits, a door closed; $(wc -l <"$work/all") lines of log"
fi

daemon_stop || fail "the stop: $?"
grep -q 'front.ready' "$log" || fail "no log of the front"
grep -E "$token|${to#+}|127\.0\.0\.[23]" "$log" && fail "the log names somebody"
say "one SMS, one link, one opt-out; the others go on; figures as documented"
