#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What an administrator sees: nothing when all is well; one mail when a source is
# ill and one when it is well again; a certificate that ends soon; `status` and
# `doctor` with their exit statuses, with and without the daemon.
set -u
name=system.watch
. tests/peers.sh
. tests/daemon.sh
command -v openssl >/dev/null || skip "$name" "there is no openssl"

# A partner with a certificate for five days; 500 while the file ill exists.
openssl req -x509 -newkey rsa:2048 -nodes -days 5 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1 -keyout "${TMPDIR:-/tmp}/watch-$$.key" \
	-out "${TMPDIR:-/tmp}/watch-$$.pem" 2>/dev/null || skip "$name" "openssl makes no certificate"
instance_new
chmod 700 "$folder/state"
chmod 750 "$folder/run"
mv "${TMPDIR:-/tmp}/watch-$$".{key,pem} "$work/"
port=$(free_port)
/usr/bin/python3 - "$work" "$port" $$ <<'PY' &
import http.server, json, os, ssl, sys
work, port, pid = sys.argv[1:]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ill = os.path.exists(work + "/ill")
        body = json.dumps({"offers": [{"id": str(i), "title": "Boulanger", "kind": "apprenticeship",
                                       "city": "Montreuil"} for i in range(5)]}).encode()
        self.send_response(500 if ill else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a):
        pass
s = http.server.HTTPServer(("127.0.0.1", int(port)), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(f"{work}/watch-{pid}.pem", f"{work}/watch-{pid}.key")
s.socket = tls.wrap_socket(s.socket, server_side=True)
s.serve_forever()
PY
helpers+=($!)
wait_for_port "$port" || fail "the partner does not start"
cat >"$folder/sources.d/partner.yaml" <<-YAML
name: partner
kind: json
url: https://127.0.0.1:$port/
every: 15m
delivers: complete
allow_private: true
min_interval_ms: 0
records: offers
fields: {ref: id, title: title, kind: kind, place.city: city}
YAML
more="collector: {ca_file: $work/watch-$$.pem}
watch: {mail_to: [admin@etrier.example], mail_after_minutes: 0, certificate_days: 3}"
instance_config

mails() { find "$folder/mail/new" -type f 2>/dev/null | wc -l; }
n_mails() { [ "$(mails)" -eq "$1" ]; }
alarm() { ctl --json status 2>/dev/null | grep -qE "\"code\": ?\"$1\""; }
polled() { [ "$(count '"last_ok"' sources list)" -ge 1 ]; }

# Without the daemon.
ctl status >/dev/null 2>&1
[ $? -eq 4 ] || fail "status of what does not run"
ctl doctor >"$work/out" 2>&1
[ $? -eq 1 ] || { cat "$work/out"; fail "doctor of what does not run: $?"; }
grep -q '^error *daemon' "$work/out" && grep -q '^ok *configuration' "$work/out" ||
	{ cat "$work/out"; fail "doctor says nothing"; }

daemon_start
all_running || fail "not all roles run"
until_ 15 polled || { ctl sources list; fail "not polled"; }
ctl status --check >"$work/out" 2>&1 || { cat "$work/out"; fail "an alarm although all is well: $?"; }
head -n 1 "$work/out" | grep -qx 'no alarm' || { cat "$work/out"; fail "the first line"; }
grep -q '^sources *partner: .*last good answer' "$work/out" || { cat "$work/out"; fail "no last success"; }
ctl doctor >"$work/out" 2>&1
status=$?
grep -q '^error' "$work/out" && { cat "$work/out"; fail "doctor finds errors: $status"; }
for check in configuration users files disk kernel clock relay daemon alarm database audit; do
	grep -q "^[a-z]* *$check " "$work/out" || { cat "$work/out"; fail "doctor does not look at $check"; }
done
ctl --json doctor 2>/dev/null | /usr/bin/python3 -c 'import json, sys
for l in sys.stdin:
    r = json.loads(l); assert r["level"] in ("ok", "warning", "error") and r["text"], r' || fail "doctor --json"
# What is broken is found, with its remedy.
chmod 755 "$folder/state"
ctl doctor 2>/dev/null | grep -q "^error *files .*chmod" || fail "an open folder is not found"
chmod 700 "$folder/state"
n_mails 0 || fail "a mail although all is well"
say "all is well: no alarm, no mail, a doctor without errors"

# Ill, and well again: one mail each.
touch "$work/ill"
ctl sources poll partner >/dev/null 2>&1
until_ 15 alarm source_failing || { ctl status; fail "no alarm"; }
ctl status --check >/dev/null 2>&1
[ $? -eq 3 ] || fail "status --check: $?"
until_ 15 n_mails 1 || fail "$(mails) mails"
sleep 3
n_mails 1 || fail "the same alarm mailed again"
rm "$work/ill"
ctl sources poll partner >/dev/null 2>&1
until_ 15 n_mails 2 || { ctl status; fail "$(mails) mails when it is over"; }
alarm source_failing && fail "the alarm stays"
/usr/bin/python3 - "$folder/mail/new" <<'PY' || fail "the mails"
import email, email.policy, pathlib, sys
mails = sorted((email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
                for f in pathlib.Path(sys.argv[1]).iterdir()), key=lambda m: "well" in m["Subject"])
first, last = mails
assert "1 alarm" in first["Subject"] and "well again" in last["Subject"], [m["Subject"] for m in mails]
for m in mails:
    assert m["To"] == "admin@etrier.example" and m["Auto-Submitted"] == "auto-generated", m.items()
    assert "partner" not in m["Subject"] and m["List-Unsubscribe"] is None
text = first.get_body(("plain",)).get_content()
assert "source_failing" in text and "source partner: " in text and "man etrierctl" in text, text
PY
say "one mail when a source is ill, one when it is well again"

# A certificate that ends within the limit.
sed -i 's/certificate_days: 3/certificate_days: 10/' "$config"
ctl reload >/dev/null 2>&1 || fail "reload"
ctl sources poll partner >/dev/null 2>&1
until_ 15 alarm certificate || { ctl --json sources list; fail "the certificate is not seen"; }
/usr/bin/python3 - "$admin_port" <<'PY' || fail "the figures"
import re, sys, urllib.request
text = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read().decode()
def value(line):
    m = re.search("^" + re.escape(line) + r" (\d+)$", text, re.M)
    assert m, line
    return int(m[1])
assert value('etrier_alarms{code="certificate"}') == 1
assert value('etrier_alarms{code="source_failing"}') == 0
assert 4 * 86400 < value('etrier_source_certificate_seconds{source="partner"}') <= 5 * 86400
assert value('etrier_source_success_age_seconds{source="partner"}') < 60
assert value("etrier_engine_resident_bytes") > 1 << 20
PY
daemon_stop || fail "stop: $?"
say "a certificate that ends in five days is an alarm and a figure"
