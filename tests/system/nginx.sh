#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The real daemon polls a real nginx, unpacked and on loopback, with a
# certificate of a CA made for this run:
#   gzip, chunks, HTTP/1.1 and HTTP/2 (nginx's own log is the witness), 304 by
#   ETag and by Last-Modified, a feed byte by byte;
#   then every source but one falls ill (429, 500, 502, 503, closed, cut, slow,
#   empty, a web page, half a feed, a shrunken one): nothing closes, each is an
#   alarm, asked once a poll and ever later; the next good answer heals it;
#   four sources that never answer delay no other; Retry-After is obeyed;
#   the engine killed in the middle of a poll loses none of its offers.
# Behind nginx stands etrier-bad-http, for what nginx itself does not do.
set -u
name=system.nginx
. tests/peers.sh
. tests/daemon.sh
nginx=$(peer nginx usr/sbin/nginx) || skip "$name" "no nginx from the Debian mirror"
ldd "$nginx/usr/sbin/nginx" 2>&1 | grep -q 'not found' &&
	skip "$name" "nginx lacks a library of this machine"
command -v openssl >/dev/null || skip "$name" "there is no openssl"

# source | where | what the note says when it is ill
table="gz|plain
h1|h1
h2|h2
chunks|plain
bytes|h2
modified|h1
well|h2
http500|h2|answered 500
http502|plain|answered 502
http503|h1|answered 503
later|later|answered 429
closed|plain|[Ee]mpty reply
cut1|h1|cut
cut2|h2|cut|HTTP/2|PROTOCOL|stream
slow|h1|[Tt]imed out|too slow|less than
empty|plain|empty
html|h2|web page
half|h1|cut at byte
shrunken|h2|shrunken"
names=$(cut -d'|' -f1 <<<"$table")
ill=$(awk -F'|' 'NF > 2 { print $1 }' <<<"$table")
n_sources=$(wc -w <<<"$names") n_ill=$(wc -w <<<"$ill")

instance_new
helper etrier-bad-http
bad=$port

make_ca() {
	local d=$work/ca
	mkdir "$d"
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >"$d/req"
	printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' >"$d/ext"
	openssl req -config "$d/req" -x509 -newkey rsa:2048 -nodes -days 2 \
		-subj '/CN=Invented CA' -addext basicConstraints=critical,CA:TRUE \
		-keyout "$d/ca.key" -out "$d/ca.pem" 2>/dev/null &&
		openssl req -config "$d/req" -newkey rsa:2048 -nodes \
			-subj /CN=localhost -keyout "$d/key.pem" \
			-out "$d/csr" 2>/dev/null &&
		openssl x509 -req -in "$d/csr" -CA "$d/ca.pem" \
			-CAkey "$d/ca.key" -CAcreateserial -days 2 \
			-extfile "$d/ext" -out "$d/cert.pem" 2>/dev/null
}
make_ca || skip "$name" "openssl makes no certificate"

# The feeds: 40 offers, half of the bytes, a quarter of the offers, and 600.
mkdir -p "$work/www" "$work/nginx"
/usr/bin/python3 - "$bad" "$work/www" <<'PY' || fail "no feeds"
import json, sys, urllib.request
port, www = sys.argv[1:]
body = urllib.request.urlopen(f"http://127.0.0.1:{port}/good", timeout=10).read()
feed = json.loads(body)
def write(name, data):
    open(f"{www}/{name}", "wb").write(data)
def dump(offers, count):
    return json.dumps({"offers": offers, "count": count}, ensure_ascii=False).encode()
write("good.json", body)
write("half.json", body[:len(body) // 2])
write("shrunken.json", dump(feed["offers"][:10], 10))
write("count.json", dump(feed["offers"][:3], 27))
big = [dict(feed["offers"][0], id=f"BIG-{i}", title=f"Pâtissier inventé n° {i}", text="é" * 300)
       for i in range(600)]
write("big.json", dump(big, 600))
PY

start_nginx() {
	local try
	for try in 1 2 3; do
		plain=$(free_port) h1=$(free_port) h2=$(free_port)
		cat >"$work/nginx/nginx.conf" <<-CONF
		daemon off; master_process off;
		pid $work/nginx/pid; error_log $work/nginx/error.log;
		events { worker_connections 256; }
		http {
			client_body_temp_path $work/nginx/body;
			proxy_temp_path $work/nginx/proxy;
			fastcgi_temp_path $work/nginx/fastcgi;
			uwsgi_temp_path $work/nginx/uwsgi;
			scgi_temp_path $work/nginx/scgi;
			log_format polls '\$request_uri \$server_protocol \$status '
				'etag=\$http_if_none_match since=\$http_if_modified_since '
				'\$sent_http_content_encoding \$sent_http_transfer_encoding';
			access_log $work/nginx/access.log polls;
			default_type application/json;
			root $work/www;
			proxy_buffering off;
			ssl_certificate $work/ca/cert.pem;
			ssl_certificate_key $work/ca/key.pem;
			server {
				listen 127.0.0.1:$plain;
				listen 127.0.0.1:$h1 ssl;
				listen 127.0.0.1:$h2 ssl http2;
				location / {
					if (-f $work/ill) { rewrite ^(.*)\$ /ill\$1 last; }
					try_files /good.json =404;
				}
				location ~ ^/(h1|h2|well)\$ { try_files /good.json =404; }
				location = /gz { gzip on; gzip_types application/json; gzip_min_length 1; try_files /good.json =404; }
				location = /modified { etag off; try_files /good.json =404; }
				# A filter that changes nothing: the length is not known before.
				location = /chunks { sub_filter _none_ _none_; sub_filter_types *; try_files /good.json =404; }
				location = /bytes { proxy_pass http://127.0.0.1:$bad/bytes; }
				location = /big { limit_rate 100k; limit_rate_after 1; try_files /big.json =404; }
				location = /count { try_files /count.json =404; }
				location = /throttled { add_header Retry-After 900 always; return 429; }
				location = /silent { proxy_pass http://127.0.0.1:$bad/silent; }
				location = /ill/http500 { return 500; }
				location = /ill/http502 { proxy_pass http://127.0.0.1:9; }
				location = /ill/http503 { return 503; }
				location = /ill/later { add_header Retry-After 2 always; return 429; }
				location = /ill/closed { return 444; }
				location ~ ^/ill/cut { rewrite ^ /cut break; proxy_pass http://127.0.0.1:$bad; }
				location = /ill/slow { limit_rate 20; limit_rate_after 1; etag off; if_modified_since off; try_files /good.json =404; }
				location = /ill/empty { return 200 ""; }
				location = /ill/html { default_type text/html; return 200 "<!DOCTYPE html><html><body>Maintenance</body></html>"; }
				location = /ill/half { try_files /half.json =404; }
				location = /ill/shrunken { try_files /shrunken.json =404; }
			}
		}
		CONF
		"$nginx/usr/sbin/nginx" -p "$work/nginx" -c "$work/nginx/nginx.conf" \
			2>"$work/nginx/stderr" &
		helpers+=($!)
		wait_for_port "$h2" 5 && return 0
	done
	cat "$work/nginx/stderr"
	fail "nginx does not start"
}
start_nginx

source_file() { # source_file NAME ADDRESS [LINE]
	cat >"$folder/sources.d/$1.yaml" <<-YAML
	name: $1
	kind: json
	url: $2
	every: 15m
	delivers: complete
	allow_private: true
	min_interval_ms: 0
	records: offers
	count: count
	fields: {ref: id, title: title, rome: rome, place.city: city, place.postcode: cp, description: text}
	YAML
}
while IFS='|' read -r source where _; do
	case $where in
	plain) source_file "$source" "http://127.0.0.1:$plain/$source" ;;
	h1) source_file "$source" "https://127.0.0.1:$h1/$source" ;;
	h2) source_file "$source" "https://127.0.0.1:$h2/$source" ;;
	# A 429 slows its whole host down: it gets a host of its own.
	later) source_file "$source" "https://localhost:$h2/$source" ;;
	esac
done <<<"$table"

# polls_of SOURCE: how many have ended.
polls_of() { grep -cE "engine poll\.(done|failed) source=$1 " "$log"; }
has_polls() { [ "$(polls_of "$1")" -ge "$2" ]; }
all_have_polls() {
	local source
	for source in $names; do has_polls "$source" "$1" || return 1; done
}
requests_for() { grep -c "^/$1 " "$work/nginx/access.log"; }
# row SOURCE EXPRESSION: of its row r in `sources list`.
next_in='round(calendar.timegm(time.strptime(r["next"], "%Y-%m-%dT%H:%M:%SZ")) - time.time())'
row() {
	ctl --json sources list 2>/dev/null | /usr/bin/python3 -c 'import calendar, json, sys, time
for r in map(json.loads, sys.stdin):
    if r["name"] == sys.argv[1]:
        print(eval(sys.argv[2]))' "$1" "$2"
}
poll_now() { # poll_now SOURCE: asked, and answered
	local before
	before=$(polls_of "$1")
	ctl sources poll "$1" >/dev/null 2>&1
	until_ 20 has_polls "$1" $((before + 1)) || { ctl sources list; fail "$1 is not polled"; }
}
alarms() { # the subjects with an alarm of a source, sorted
	ctl --json status 2>/dev/null | /usr/bin/python3 -c 'import json, sys
print(*sorted({a["subject"] for a in json.loads(sys.stdin.readline())["alarms"]
               if a["code"].startswith("source_")}))'
}

# --- all is well ------------------------------------------------------------
more="collector: {ca_file: $work/ca/ca.pem, max_parallel: 16, per_host: 8, connect_timeout_s: 2, transfer_timeout_s: 6, poll_deadline_s: 30}"
instance_config
daemon_start
all_running || fail "not all roles run"
until_ 40 all_have_polls 1 || { ctl sources list; fail "not all were polled"; }
ctl --json sources list 2>/dev/null >"$work/list"
ctl --json --limit 50000 offers list --all 2>/dev/null >"$work/offers"
/usr/bin/python3 - "$work" "$n_sources" <<'PY' || fail "the good feeds"
import collections, json, re, sys
work, n = sys.argv[1], int(sys.argv[2])
rows = {r["name"]: r for r in map(json.loads, open(work + "/list"))}
assert len(rows) == n, rows.keys()
for r in rows.values():
    assert not r["failures"] and r["live"] == r["seen"] == 40 and not r.get("note"), r
feed = json.load(open(work + "/www/good.json"))["offers"]
titles = collections.Counter(o["title"] for o in map(json.loads, open(work + "/offers")))
assert set(titles) == {o["title"] for o in feed}, titles
log = {}
for line in open(work + "/nginx/access.log"):
    m = re.match(r"(\S+) (\S+) (\d+) etag=(.*) since=(.*) (\S+) (\S+)$", line)
    assert m, line
    log[m[1]] = m.groups()
def want(path, **fields):
    names = ("path", "protocol", "status", "etag", "since", "encoding", "transfer")
    got = dict(zip(names, log[path]))
    assert all(got[k] == v for k, v in fields.items()), (got, fields)
want("/gz", encoding="gzip", transfer="chunked", protocol="HTTP/1.1")
want("/chunks", encoding="-", transfer="chunked", protocol="HTTP/1.1")
want("/h1", protocol="HTTP/1.1", transfer="-")
for path in ("/h2", "/bytes", "/well"):
    want(path, protocol="HTTP/2.0")
assert all(line[3] == line[4] == "-" for line in log.values()), "a first poll was conditional"
PY
for i in $(seq 0 39); do
	ctl --json offers show "bytes:F-$i" 2>/dev/null |
		grep -qF "Café — fournil inventé n° $i\"" ||
		fail "byte by byte: the text of F-$i: $(ctl --json offers show "bytes:F-$i")"
done
say "gzip, chunks, HTTP/1.1, HTTP/2, byte by byte: $n_sources feeds of 40 offers, whole"

# --- unchanged --------------------------------------------------------------
for source in h2 gz modified; do poll_now $source; done
/usr/bin/python3 - "$work/nginx/access.log" <<'PY' || fail "unchanged"
import re, sys
last = {}
for line in open(sys.argv[1]):
    m = re.match(r"/(\S+) (\S+) (\d+) etag=(.*) since=(.*) (\S+) (\S+)$", line)
    last[m[1]] = m
for name in ("h2", "gz", "modified"):
    assert last[name][3] == "304", last[name][0]
    assert (last[name][4] == "-") == (name == "modified"), last[name][0]
    assert last[name][5] != "-", last[name][0]
assert last["gz"][4].startswith("W/"), last["gz"][0]
PY
for source in h2 gz modified; do
	[ "$(row $source '(r["live"], r["failures"])')" = "(40, 0)" ] || fail "304 of $source: $(row $source r)"
done
say "304 by ETag, by a weak one of gzip and by Last-Modified alone"

# --- ill --------------------------------------------------------------------
touch "$work/ill"
began=$(requests_for http500)
ctl sources poll --all >/dev/null 2>&1
until_ 40 all_have_polls 2 || { ctl sources list; fail "the second polls"; }
until_ 5 [ "$(alarms)" = "$(sort <<<"$ill" | xargs)" ] ||
	fail "alarms of $(alarms), not of $(sort <<<"$ill" | xargs)"
ctl --json sources list 2>/dev/null >"$work/list"
ctl --json --limit 50000 offers list --all 2>/dev/null >"$work/offers"
/usr/bin/python3 - "$work" "$table" <<'PY' || fail "the ill feeds"
import json, re, sys
rows = {r["name"]: r for r in map(json.loads, open(sys.argv[1] + "/list"))}
for line in sys.argv[2].splitlines():
    name, _, *want = line.split("|", 2)
    r = rows[name]
    assert r["live"] == 40, f"closed offers: {r}"
    if want:
        assert re.search(want[0], r.get("note") or ""), f"not {want[0]}: {r}"
        assert r["failures"] == (name != "shrunken"), r
        assert r["quarantined"] == (name in ("empty", "html", "half", "shrunken")), r
    else:
        assert not r["failures"], f"suffers from others: {r}"
gone = [o for o in map(json.loads, open(sys.argv[1] + "/offers")) if o["status"] != "live"]
assert not gone, gone
PY
say "$n_ill ways to be ill: $n_ill alarms, nothing closed"

# Always ill: one request a poll, and the next one is ever later.
waits=
for _ in 1 2 3; do
	poll_now http500
	waits="$waits $(row http500 "$next_in")"
done
/usr/bin/python3 - $waits <<'PY' || fail "again after $waits s"
import sys
for k, wait in enumerate(map(int, sys.argv[1:])):
    want = 120 * 2 ** k
    assert want * 0.8 <= wait <= want * 1.2, (k, wait)
PY
n=$(($(requests_for http500) - began))
[ "$n" -eq "$(row http500 'r["failures"]')" ] && [ "$n" -ge 4 ] ||
	fail "$n requests for $(row http500 'r["failures"]') failed polls"
say "always 500: one request a poll, again after$waits s"

# The next good answer heals.
rm "$work/ill"
ctl sources poll --all >/dev/null 2>&1
until_ 40 all_have_polls 3 || { ctl sources list; fail "the third polls"; }
until_ 5 [ -z "$(alarms)" ] || { ctl status; fail "alarms stay: $(alarms)"; }
for source in $names; do
	[ "$(row "$source" '(r["live"], r["failures"], r.get("note"))')" = "(40, 0, None)" ] ||
		fail "not healed: $(row "$source" r)"
done
say "well again after one good answer each"

# --- sick, and not contagious -----------------------------------------------
for i in 1 2 3; do source_file "sick$i" "http://127.0.0.1:$bad/silent"; done
source_file sick4 "https://127.0.0.1:$h2/silent"
source_file throttled "https://localhost:$h1/throttled"
ctl reload >"$work/out" 2>&1 || { cat "$work/out"; fail "reload"; }
polling() { [ "$(row "sick$1" 'r["polling"]')" = True ]; }
for i in 1 2 3 4; do until_ 5 polling $i || fail "sick$i is not polled"; done
until_ 5 has_polls throttled 1 || fail "throttled is not polled"
wait=$(row throttled "$next_in")
[ "$wait" -gt 880 ] && [ "$wait" -le 1000 ] || fail "Retry-After: 900, again after $wait s"
n_well=$(polls_of well)
for i in $(seq 10); do poll_now well; done
for i in 1 2 3 4; do polling $i || fail "sick$i ended before the healthy ones were polled"; done
worst=$(sed -nE "s/.*engine poll\.done source=well .* ms=([0-9]+) .*/\1/p" "$log" |
	tail -n 10 | sort -n | tail -n 1)
[ "$(polls_of well)" -eq $((n_well + 10)) ] || fail "the healthy source"
[ "$worst" -lt 1000 ] || fail "a healthy poll took $worst ms"
for i in 1 2 3 4; do until_ 20 has_polls "sick$i" 1 || fail "sick$i never ends"; done
rm "$folder"/sources.d/{sick*,throttled}.yaml
say "four that never answer: ten healthy polls meanwhile, the slowest $worst ms"

# --- what the feed says of itself; and a kill in the middle -----------------
source_file count "http://127.0.0.1:$plain/count"
source_file big "https://127.0.0.1:$h2/big"
ctl reload >"$work/out" 2>&1 || { cat "$work/out"; fail "reload"; }
until_ 10 grep -qE 'collector poll\.count source=count declared=27 seen=3' "$log" ||
	fail "the declared count is not compared"
taken() { [ "$(row count '(r["live"], r["failures"])')" = "(3, 0)" ]; }
until_ 5 taken || fail "the declared count is trusted: $(row count r)"
ctl sources try count 2>&1 | grep -qx 'the feed itself counts 27' || fail "sources try does not tell the count"
some_of_big() { n=$(row big 'r["live"]'); [ "${n:-0}" -gt 30 ]; }
until_ 20 some_of_big || { ctl sources list; fail "nothing of the large feed"; }
kill -KILL "$(pid_of engine)"
[ "$n" -lt 600 ] || fail "the poll was over before the kill"
until_ 30 has_polls big 1 || { ctl sources list; fail "not polled after the kill"; }
[ "$(row big '(r["live"], r["failures"])')" = "(600, 0)" ] || fail "after the kill: $(row big r)"
grep '^/big ' "$work/nginx/access.log" | grep -vq 'etag=- since=- ' &&
	fail "the watermark moved before the offers were stored"
poll_now big
grep '^/big ' "$work/nginx/access.log" | tail -n 1 | grep -q ' 304 etag=' ||
	fail "no watermark after the whole poll"
say "the engine killed after $n of 600 offers: all are there, asked again from the beginning"

daemon_stop || fail "stop: $?"
