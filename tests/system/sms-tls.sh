#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# An SMS gateway behind TLS, the real daemon with its lane confined: the lane
# must still find the gateway by its name (asked of a name server, as root; else
# of /etc/hosts), the certificates of sms.ca_file, and the system's where none is
# given. A gateway that nobody vouches for gets
# nothing, and the SMS wait; one that takes the request and says nothing leaves
# an SMS uncertain, and it is not sent again.
set -u
name=system.sms-tls
. tests/peers.sh
. tests/daemon.sh
command -v openssl >/dev/null || skip "$name" "no openssl to make a certificate"

instance_new
cat >"$work/openssl.cnf" <<'CNF'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
[gateway]
subjectAltName = DNS:localhost, DNS:sms.passerelle.example
CNF
# certificate NAME: an authority, and what it signed for "localhost".
certificate() {
	{
		openssl req -x509 -newkey rsa:2048 -nodes -days 40 -extensions ca \
			-config "$work/openssl.cnf" -subj "/CN=Authority $1" \
			-keyout "$work/$1-ca.key" -out "$work/$1-ca.pem" &&
			openssl req -newkey rsa:2048 -nodes -subj /CN=localhost \
				-config "$work/openssl.cnf" \
				-keyout "$work/$1.key" -out "$work/$1.csr" &&
			openssl x509 -req -in "$work/$1.csr" -days 40 \
				-CA "$work/$1-ca.pem" -CAkey "$work/$1-ca.key" \
				-set_serial 1 -extfile "$work/openssl.cnf" \
				-extensions gateway -out "$work/$1.pem"
	} >"$work/openssl.log" 2>&1 || fail "no certificate: $(tail -n 2 "$work/openssl.log")"
}
certificate good
cp "$work/good-ca.pem" "$folder/gateway-ca.pem"

# What is taken goes into $work/taken, a line each; while $work/mute exists, it
# is taken and not answered.
cat >"$work/gateway.py" <<'PY'
import http.server, json, os, ssl, sys, threading
work, lock, n = sys.argv[1], threading.Lock(), [0]
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        size = int(self.headers["Content-Length"])
        sms = json.loads(self.rfile.read(size))
        with lock:
            n[0] += 1
            with open(f"{work}/taken", "a") as out:
                print(sms["refClient"], file=out)
        if os.path.exists(f"{work}/mute"):
            self.close_connection = True
            return
        body = json.dumps({"messageId": f"g{n[0]}"}).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *args):
        pass  # who does not trust us says goodbye in the handshake
server = Server(("127.0.0.1", 0), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(f"{work}/good.pem", f"{work}/good.key")
# The handshake belongs to the thread of the connection.
server.socket = tls.wrap_socket(server.socket, server_side=True,
                                do_handshake_on_connect=False)
with open(f"{work}/port.new", "w") as out:
    print(server.server_port, file=out)
os.rename(f"{work}/port.new", f"{work}/port")
server.serve_forever()
PY
: >"$work/taken"
/usr/bin/python3 "$work/gateway.py" "$work" >"$work/gateway.log" 2>&1 &
helpers+=($!)
until_ 10 test -e "$work/port" || fail "the gateway does not start: $(cat "$work/gateway.log")"
gateway=$(cat "$work/port")
(umask 077 && echo gateway-key >"$folder/secrets/sms-key")

# A name server of our own, seen by this daemon alone: it has its own view of
# /etc/resolv.conf. Every name is 127.0.0.1.
host=localhost
cat >"$work/names.py" <<'PY'
import os, socket, struct, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.53.0.1", 53))
open(f"{sys.argv[1]}/names-up", "w").close()
while True:
    ask, who = server.recvfrom(512)
    end = ask.index(b"\0", 12) + 5
    is_a = ask[end - 4:end - 2] == b"\0\1"
    head = ask[:2] + struct.pack(">HHHHH", 0x8180, 1, is_a, 0, 0)
    found = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if is_a else b""
    server.sendto(head + ask[12:end] + found, who)
    with open(f"{sys.argv[1]}/asked", "ab") as out:
        out.write(ask[12:end] + b"\n")
PY
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null && [ -f /etc/resolv.conf ]; then
	/usr/bin/python3 "$work/names.py" "$work" >"$work/names.log" 2>&1 &
	helpers+=($!)
	echo "nameserver 127.53.0.1" >"$work/resolv.conf"
	cat >"$work/before" <<-SH
	#!/bin/sh
	exec unshare -m sh -c 'mount --bind "$work/resolv.conf" /etc/resolv.conf &&
		exec "\$@"' sh "\$@"
	SH
	chmod +x "$work/before"
	# Numbers kept for fiction go to gateways of this machine alone, by name.
	until_ 5 test -e "$work/names-up" && host=sms.passerelle.example before=$work/before &&
		sed -i -E 's/6([ .]?)39([ .]?)98/6\100\200/' "$folder"/people/youths-*.csv
fi

gateway_is() { # gateway_is [MORE]
	sms="{gateway: smsmode, url: \"https://$host:$gateway/sms\", key_file: sms-key, timeout_s: 5${1:-}}"
	instance_config
}
listed() { ctl --json --limit 1000 outbox list >"$work/outbox" 2>/dev/null; }
n_sms() { # n_sms STATE
	listed
	grep '"channel": *"sms"' "$work/outbox" | grep -c "\"state\": *\"$1\""
}
sms_is() { [ "$(n_sms "$1")" -ge "$2" ]; }
n_taken() { grep -c . "$work/taken"; }
whole() { # every role, this lane too, is confined
	grep -q role.unconfined "$log" && fail "a role is not confined whole"
	[ "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$(pid_of sms-1)/status")" = 2 ] ||
		fail "the lane is not confined"
}

# --- nobody vouches for it: nothing leaves
planner="{tick_s: 1, hold_minutes: 0}"
gateway_is
clock_at 10:00
helper etrier-demo-http tests/golden/feeds
daemon_start
all_running || fail "not all roles run"
whole
import_people
go_live
demo_sources "$port"
ctl reload >"$work/reload" 2>&1 || fail "reload: $(cat "$work/reload")"
refused() {
	listed
	grep '"channel": *"sms"' "$work/outbox" | grep -q '"reason": *"network'
}
until_ 60 refused || fail "an SMS for whom nobody knows: $(cat "$work/outbox")"
[ "$(n_taken)" -eq 0 ] || fail "it left all the same"
# The system's certificates were read, and it is not among them.
grep -q 'SSL certificate problem' "$work/outbox" ||
	fail "not the certificate: $(grep -m 1 '"reason": *"network' "$work/outbox")"
daemon_stop || fail "stop: $?"
say "nobody vouches for the gateway: nothing leaves"

# --- sms.ca_file does; the first SMS are taken and not answered
gateway_is ", ca_file: gateway-ca.pem"
clock_at 10:30
: >"$work/mute"
daemon_start
whole
until_ 30 sms_is uncertain 1 || { ctl outbox list; fail "no SMS in doubt"; }
rm "$work/mute"
until_ 30 sms_is sent 1 || { ctl outbox list; fail "no SMS was sent"; }
none_waits() { [ "$(n_sms planned)" -eq 0 ] && [ "$(n_sms sending)" -eq 0 ]; }
until_ 30 none_waits || { ctl outbox list; fail "SMS are left over"; }
[ -z "$(sort "$work/taken" | uniq -d)" ] || fail "twice: $(cat "$work/taken")"
[ "$(n_taken)" -eq $(($(n_sms sent) + $(n_sms uncertain))) ] ||
	{ ctl outbox list; fail "$(n_taken) were taken"; }
daemon_stop || fail "stop: $?"
grep -qaE 'gateway-key|3363998|3360000' "$log" && fail "the log says too much"
[ "$host" = localhost ] || grep -qa passerelle "$work/asked" ||
	fail "nobody asked the name server"
say "behind TLS, found as $host: $(n_taken) SMS taken once each"
