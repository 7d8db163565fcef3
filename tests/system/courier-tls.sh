#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Lanes of the courier, confined as they run, over TLS and with a login, each
# engine against two real servers: Postfix (unpacked, on loopback, its logins
# judged by a small program that speaks Dovecot's protocol) and aiosmtpd. What
# arrives is what was rendered, to the byte; a wrong password, a certificate of
# nobody's and a relay without TLS let nothing out.
set -u -o pipefail
name=system.courier-tls
. tests/peers.sh
fail() { echo "$name: FAILED: $*"; tail -n 8 "$work"/[alps]*.log 2>/dev/null; exit 1; }
BUILD_DIR=$(realpath "$BUILD_DIR")
[ "$(id -u)" -eq 0 ] || skip "$name" "Postfix starts as root only"
command -v openssl >/dev/null || skip "$name" "no openssl to make a certificate"
postfix=$(peer postfix usr/lib/postfix/sbin/master usr/sbin/smtp-sink) ||
	skip "$name" "no postfix package"
aio=$(peer python3-aiosmtpd usr/lib/python3/dist-packages/aiosmtpd/controller.py) &&
	attr=$(peer python3-attr usr/lib/python3/dist-packages/attr/__init__.py) &&
	public=$(peer python3-public usr/lib/python3/dist-packages/public/__init__.py ||
		peer python3-atpublic usr/lib/python3/dist-packages/public/__init__.py) ||
	skip "$name" "no aiosmtpd package"
lane=$BUILD_DIR/tests/etrier-lane
work=$(mktemp -d) && chmod 755 "$work"
pids=()
end() {
	kill "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap end EXIT

certificate() { # certificate NAME IP
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" \
		-addext "subjectAltName=IP:$2" -keyout "$work/$1.key" \
		-out "$work/$1.pem" 2>"$work/openssl.log" || fail "no certificate"
}
certificate good 127.0.0.1
certificate other 127.0.0.1 # another key: trusted by nobody here

# --- Postfix ---
mkdir -p "$work"/{etc,queue,data,got}
chown nobody "$work/got"
in_port=$(free_port) out_port=$(free_port)
cat >"$work/etc/main.cf" <<CF
compatibility_level = 3.6
myhostname = relais.example
mydestination =
mynetworks = 127.0.0.2/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = $work/queue
data_directory = $work/data
command_directory = $postfix/usr/sbin
daemon_directory = $postfix/usr/lib/postfix/sbin
shlib_directory = $postfix/usr/lib/postfix
meta_directory = $postfix/etc/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH LANG=C
mail_owner = nobody
default_privs = daemon
setgid_group = mail
alias_maps =
local_recipient_maps =
default_transport = smtp:[127.0.0.1]:$out_port
maillog_file = $work/postfix.log
maillog_file_prefixes = $work
smtpd_tls_cert_file = $work/good.pem
smtpd_tls_key_file = $work/good.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:AUTHPORT
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
CF
# Dovecot's authentication protocol, version 1, as far as PLAIN needs it.
cat >"$work/auth.py" <<'PY'
import base64, socketserver, sys
class H(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n"
                         b"COOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
        for line in self.rfile:
            f = line.decode().rstrip("\n").split("\t")
            if f[0] not in ("AUTH", "CONT"):
                continue
            resp = [x[5:] for x in f if x.startswith("resp=")] if f[0] == "AUTH" else f[2:]
            if not resp:
                self.wfile.write(f"CONT\t{f[1]}\t\n".encode())
                continue
            _, user, word = base64.b64decode(resp[0] + "==").split(b"\0")
            ok = (user, word) == (b"etrier", b"mot de passe")
            self.wfile.write((f"OK\t{f[1]}\tuser=etrier\n" if ok else
                              f"FAIL\t{f[1]}\tuser={user.decode()}\n").encode())
class S(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
s = S(("127.0.0.1", 0), H)
print(s.server_address[1], flush=True)
s.serve_forever()
PY
/usr/bin/python3 "$work/auth.py" >"$work/auth.port" 2>"$work/auth.log" &
pids+=($!)
for _ in $(seq 50); do [ -s "$work/auth.port" ] && break; sleep 0.1; done
sed -i "s/AUTHPORT/$(cat "$work/auth.port")/" "$work/etc/main.cf"
sed -E "s/^smtp +inet .*/127.0.0.1:$in_port inet n - n - - smtpd/; s/^([a-z]+ +(unix|fifo) +[-yn] +[-yn] +)[-yn]/\1n/" \
	"$postfix/usr/share/postfix/master.cf.dist" >"$work/etc/master.cf"
postfix_libraries=$postfix/usr/lib/postfix:$postfix/usr/lib/x86_64-linux-gnu
LD_LIBRARY_PATH=$postfix_libraries "$postfix/usr/sbin/smtp-sink" -u nobody \
	-d "$work/got/%M." "127.0.0.1:$out_port" 10 2>"$work/sink.log" &
pids+=($!)
wait_for_port "$out_port" || fail "smtp-sink"
(cd "$work/queue" && mkdir -p active bounce corrupt defer deferred flush hold \
	incoming private maildrop public saved trace pid) &&
	chown -R nobody "$work/queue" "$work/data" &&
	chown root "$work/queue" "$work/queue/pid" || fail "queue"
LD_LIBRARY_PATH=$postfix_libraries MAIL_CONFIG=$work/etc \
	"$postfix/usr/lib/postfix/sbin/master" -c "$work/etc" -d >"$work/master.log" 2>&1 &
pids+=($!)
wait_for_port "$in_port" || fail "Postfix does not listen"

# --- aiosmtpd: STARTTLS and a login, and TLS from the first byte ---
cat >"$work/aio.py" <<'PY'
import logging, os, signal, ssl, sys
if os.environ.get("AIO_DEBUG"):
    logging.basicConfig(level=logging.DEBUG)
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
work, cert = sys.argv[1:3]
class Keep:
    async def handle_DATA(self, server, session, envelope):
        with open(f"{work}/aio.got", "ab") as f:
            f.write(envelope.content + b"\n=====\n")
        return "250 2.0.0 kept"
def login(server, session, envelope, mechanism, data):
    ok = data.password == b"mot de passe"
    return AuthResult(success=ok, handled=ok)  # not handled: it says 535
def context():
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(f"{work}/{cert}.pem", f"{work}/{cert}.key")
    return c
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
start = Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[3]), tls_context=context(),
                   require_starttls=True, authenticator=login, auth_required=True)
start.start()
whole = Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[4]), ssl_context=context())
whole.start()
signal.sigwait([signal.SIGTERM])
PY
aio_port=$(free_port) aios_port=$(free_port) other_port=$(free_port) others_port=$(free_port)
export PYTHONPATH=$aio/usr/lib/python3/dist-packages:$attr/usr/lib/python3/dist-packages:$public/usr/lib/python3/dist-packages
/usr/bin/python3 "$work/aio.py" "$work" good "$aio_port" "$aios_port" 2>"$work/aio.log" &
pids+=($!)
/usr/bin/python3 "$work/aio.py" "$work" other "$other_port" "$others_port" 2>"$work/aio2.log" &
pids+=($!)
for port in "$aio_port" "$aios_port" "$other_port"; do
	wait_for_port "$port" || fail "aiosmtpd does not listen"
done
unset PYTHONPATH

# --- lanes ---
"$BUILD_DIR/tests/etrier-sample" digest email >"$work/sample" || fail "no sample"
lines() { # lines FIRST COUNT: mails of random text
	/usr/bin/python3 - "$work" "$1" "$2" <<'PY' || fail "no lines"
import json, random, sys
work, first, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sample = json.load(open(work + "/sample"))
random.seed(20261128 + first)
letters = "abcdéèçœ . .. From -- \u2019€😀<&>="
with open(work + "/lines", "w") as out:
    for i in range(first, first + n):
        sample["id"] = i
        sample["message_id"] = f"<m.{i:04d}@ml.example>"
        sample["envelope_from"] = f"b+T{i:04d}@rebonds.example"
        sample["boundary"] = f"=_etrier.{i:04d}"
        for p in sample["model"]["people"]:
            for o in p["offers"]:
                o["title"] = "".join(random.choice(letters) for _ in range(random.randint(1, 200)))
        print(json.dumps(sample, ensure_ascii=False), file=out)
PY
}
send() { # send ENGINE PORT TLS PASSWORD CERTIFICATE
	local user='' secrets=''
	[ -z "$4" ] || user=',"user":"etrier"' secrets="\"secrets\":{\"mail.password\":\"$4\"},"
	cat >"$work/config.json" <<-JSON
	{"role":"courier","log":{"level":"info"},"security":{"landlock":"preferred"},
	 "mail":{"transport":"smtp","engine":"$1","host":"127.0.0.1","port":$2,"tls":"$3",
	         "ca_file":"$work/$5.pem","timeout_s":5,"maildir":"$work/mail"$user},
	 $secrets
	 "sms":{"gateway":"none","folder":"$work/sms","max_segments":1}}
	JSON
	ASAN_OPTIONS=detect_leaks=0 "$lane" mail-1 "$work/config.json" conf/templates \
		<"$work/lines" >"$work/answers" 2>"$work/lane.log" || fail "the lane ended with $?"
	/usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[1]):
    v = json.loads(line)
    if v["t"] == "verdict": print(v["id"], v["result"], v["reason"], v["code"])' "$work/answers"
}
sent() { # sent COUNT SEND-ARGUMENTS...
	local n=$1 said
	shift
	said=$(send "$@")
	[ "$(grep -c ' sent ok 250$' <<<"$said")" -eq "$n" ] || fail "$*: $said"
}
refused() { # refused PATTERN SEND-ARGUMENTS...
	local pattern=$1 said
	shift
	said=$(send "$@")
	grep -Eq "^[0-9]+ $pattern$" <<<"$said" || fail "$*: $said"
}
first=1
for engine in libesmtp curl; do
	lines "$first" 12 && sent 12 "$engine" "$in_port" starttls "mot de passe" good
	lines $((first + 12)) 12 && sent 12 "$engine" "$aio_port" starttls "mot de passe" good
	first=$((first + 24))
done
lines 900 4 && sent 4 curl "$aios_port" implicit "" good
lines 990 1
for engine in libesmtp curl; do
	refused "retry refused 535" "$engine" "$in_port" starttls faux good
	refused "retry refused 535" "$engine" "$aio_port" starttls faux good
	refused "retry network 0" "$engine" "$other_port" starttls "mot de passe" good
	refused "retry network 0" "$engine" "$out_port" starttls "mot de passe" good
	refused "retry refused 530" "$engine" "$in_port" off "" good
done
refused "retry network 0" curl "$others_port" implicit "" good

# --- what arrived ---
for _ in $(seq 100); do
	[ "$(find "$work/got" -type f | wc -l)" -ge 24 ] && break
	sleep 0.1
done
cat >"$work/config.json" <<-JSON
{"role":"courier","log":{"level":"info"},"security":{"landlock":"preferred"},
 "mail":{"transport":"maildir","maildir":"$work/mail"},
 "sms":{"gateway":"none","folder":"$work/sms","max_segments":1}}
JSON
: >"$work/lines"
for start in 1 13 25 37 900; do
	cp "$work/lines" "$work/before"
	lines "$start" $((start == 900 ? 4 : 12))
	cat "$work/lines" >>"$work/before" && mv "$work/before" "$work/lines"
done
ASAN_OPTIONS=detect_leaks=0 "$lane" mail-1 "$work/config.json" conf/templates \
	<"$work/lines" >/dev/null 2>"$work/lane.log" || fail "no copies to compare with"
/usr/bin/python3 - "$work" <<'PY' || fail "what arrived is not what was sent"
import pathlib, re, sys
work = pathlib.Path(sys.argv[1])
def number(mail):
    return int(re.search(rb"^Message-ID: <m\.(\d{4})@", mail, re.M).group(1))
wanted = {}
for f in (work / "mail/new").iterdir():
    mail = f.read_bytes()
    wanted[number(mail)] = mail.replace(b"\r\n", b"\n").rstrip()
assert len(wanted) == 52, len(wanted)
got = {}
for f in (work / "got").iterdir():
    raw = f.read_bytes()
    at = raw.index(b"From: Mission Locale d'Exemple")
    mail = raw[at:].replace(b"\r\n", b"\n").rstrip()
    got[number(mail)] = mail
for mail in (work / "aio.got").read_bytes().split(b"\n=====\n"):
    if mail:
        got[number(mail)] = mail.replace(b"\r\n", b"\n").rstrip()
assert set(got) == set(wanted), (sorted(got), sorted(wanted))
for i in wanted:
    assert got[i] == wanted[i], f"mail {i} changed on its way"
PY
echo "$name: 52 mails whole through Postfix and aiosmtpd with TLS, 11 refusals classed"
