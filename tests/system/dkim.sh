#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# From étrier to the other side and back, with the files of
# conf/examples/postfix: a real daemon's mails go through a real Postfix and a
# real OpenDKIM, and a verifier of another make finds them signed, both headers
# of the one-click stop covered; without the line that says so they are not. A
# mail that the next server refuses comes back into the Maildir, and by the pipe,
# and is recorded; while étrier is stopped a report waits.
set -u
name=system.dkim
. tests/peers.sh
. tests/daemon.sh
. tests/relay.sh
why=$(relay_missing)
[ -z "$why" ] || skip "$name" "$why"
opendkim=$(peer_whole opendkim usr/sbin/opendkim) || skip "$name" "no opendkim package"
python=$(peer_whole python3-dkim usr/lib/python3/dist-packages/dkim/__init__.py) ||
	skip "$name" "no dkim package"
command -v openssl >/dev/null || skip "$name" "no openssl to make a key"
as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
$as_nobody test -x "$BUILD_DIR/etrierd" -a -r "$PWD/conf/refdata/communes.tsv" ||
	skip "$name" "user nobody cannot reach the tree"
trap 'relay_end; instance_end' EXIT

# --- the instance and the relay
planner="{tick_s: 1, hold_minutes: 0}"
instance_new
clock_at 10:00
chmod 755 "$work"
mkdir -p "$folder"/bounces/{new,cur,tmp} "$work/got"
relay_mail=$folder
start_refuser() { helper etrier-smtp rcpt550 && refuser=$port; }
start_refuser
out_port=$(free_port) dkim_port=$(free_port)
relay_new "$out_port"
change "$relay/etc/main.cf" inet:127.0.0.1:8891 "inet:127.0.0.1:$dkim_port"
change "$relay/etc/master.cf" /usr/bin/etrierctl \
	"$BUILD_DIR/etrierctl --config $config"
# The mailboxes of some young people do not exist; their mails go by an
# operator's service.
echo "absents.example orange:[127.0.0.1]:$refuser" >>"$relay/etc/transport"
sed -i s/courrier.example/absents.example/ "$folder/people/youths-ml-nord.csv"
mail="{transport: smtp, host: 127.0.0.1, port: $relay_port,
  from_address: offres@offres.essai.example,
  bounce_domain: retours.essai.example, bounces: bounces}"
instance_config
# One click is offered over https only.
change "$config" "base_url: \"http://127.0.0.1:$front_port\"" \
	"base_url: https://o.essai.example"
chown -R nobody:nogroup "$folder"

# --- OpenDKIM
signer=
mkdir -m 700 "$work/dkim" && (
	umask 077 && openssl genrsa -out "$work/dkim/etrier2026.private" 2048
) 2>/dev/null || fail "no key"
for file in opendkim.conf KeyTable SigningTable; do
	cp "conf/examples/postfix/opendkim/$file" "$work/dkim/"
done
for file in KeyTable SigningTable; do
	change "$work/dkim/$file" mission-locale.example essai.example
done
change "$work/dkim/KeyTable" /etc/dkimkeys/ "$work/dkim/"
file=$work/dkim/opendkim.conf
change "$file" file:/etc/opendkim/ "file:$work/dkim/"
change "$file" inet:8891@127.0.0.1 "inet:$dkim_port@127.0.0.1"
change "$file" "UserID			opendkim" "UserID			nobody:nogroup"
change "$file" /run/opendkim/ "$work/dkim/"
# Keys below /tmp are not safe, and it knows that.
echo "RequireSafeKeys no" >>"$file"
chown -R nobody:nogroup "$work/dkim"
signer_libraries=$opendkim/usr/lib
for lib in "$opendkim"/usr/lib/*-linux-gnu; do
	signer_libraries=$signer_libraries:$lib
done
signer_start() { # in the foreground: nothing of it is left behind
	LD_LIBRARY_PATH=$signer_libraries "$opendkim/usr/sbin/opendkim" -f \
		-x "$work/dkim/opendkim.conf" >"$work/dkim/log" 2>&1 &
	signer=$!
	helpers+=("$signer")
	wait_for_port "$dkim_port" ||
		{ cat "$work/dkim/log"; fail "OpenDKIM does not listen"; }
}

# At once: asked kindly, it takes four seconds.
signer_stop() { kill -KILL "$signer" && wait "$signer" 2>/dev/null; }

# --- who verifies: "valid", "covered"; or which of the two headers is not
cat >"$work/verify.py" <<'PY'
import re, subprocess, sys
import dkim
key, files = sys.argv[1], sys.argv[2:]
public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-outform", "DER"],
                        capture_output=True, check=True).stdout
import base64
record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
def txt(name, timeout=5):
    return record if name.rstrip(b".") == b"etrier2026._domainkey.offres.essai.example" else None
def is_valid(mail):
    try:
        return dkim.verify(mail, dnsfunc=txt, minkey=2048)
    except dkim.DKIMException as e:
        print("verify:", e)
        return False
for file in files:
    mail = open(file, "rb").read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    # smtp-sink writes the envelope as fields above the mail.
    field = re.search(rb"^DKIM-Signature:(.*\r\n([ \t].*\r\n)*)", mail, re.M)
    if not field:
        sys.exit("unsigned")
    tags = dict(t.split(b"=", 1) for t in re.sub(rb"\s", b"", field[1]).rstrip(b";").split(b";"))
    signed = tags[b"h"].lower().split(b":")
    print("valid" if is_valid(mail) else "forged")
    for name in (b"list-unsubscribe", b"list-unsubscribe-post"):
        assert re.search(rb"^" + name + rb":", mail, re.M | re.I), name
        if name not in signed:
            print("not covered:", name.decode())
    assert (tags[b"c"], tags[b"a"], tags[b"d"]) == (
        b"relaxed/relaxed", b"rsa-sha256", b"offres.essai.example"), tags
    assert signed.count(b"from") == 2, "a second From could be added"
    # The check can fail: a changed word, a header taken away, a From beside.
    # What is not covered may go, and nobody sees it.
    assert not is_valid(mail.replace(b"\r\nSubject: ", b"\r\nSubject: x", 1))
    assert not is_valid(mail.replace(b"\r\nFrom: ", b"\r\nFrom: <x@y.example>\r\nFrom: ", 1))
    without = re.sub(rb"\r\nList-Unsubscribe-Post:[^\r]*", b"", mail, flags=re.I)
    assert without != mail
    assert is_valid(without) == (b"list-unsubscribe-post" not in signed)
PY
packages=$python/usr/lib/python3/dist-packages
verify() { PYTHONPATH=$packages /usr/bin/python3 "$work/verify.py" "$work/dkim/etrier2026.private" "$@" 2>&1; }

# --- a mail of étrier's arrives signed
chown nobody "$work/got"
LD_LIBRARY_PATH=$relay_libraries "$postfix/usr/sbin/smtp-sink" -u nobody \
	-d "$work/got/%M." "127.0.0.1:$out_port" 10 >"$work/sink.log" 2>&1 &
helpers+=($!)
signer_start
relay_start
helper etrier-demo-http tests/golden/feeds
before=$as_nobody
daemon_start
import_people
go_live
demo_sources "$port"
ctl reload >"$work/said" 2>&1 || fail "reload: $(cat "$work/said")"
mails() { grep -lsE '^List-Unsubscribe-Post: ' "$work"/got/* >"$work/mails"; }
until_ 40 mails || fail "no mail with a stop link arrived: $(tail -n 5 "$relay/log")"
first=$(head -n 1 "$work/mails")
verify "$first" >"$work/said"
[ "$(cat "$work/said")" = valid ] || fail "signature: $(cat "$work/said")"
say "signed, and both headers of the stop are covered"

# --- without the line, the same mail is not covered, and the check says so
sed -i '/^SignHeaders/d' "$work/dkim/opendkim.conf"
signer_stop
signer_start
send() { # send FILE|- FROM TO: through the relay, as étrier would
	/usr/bin/python3 - "$relay_port" "$@" <<'PY'
import re, smtplib, sys
port, file, sender, to = sys.argv[1:]
mail = b"From: <offres@offres.essai.example>\nSubject: essai\n\nessai\n"
if file != "-":
    mail = open(file, "rb").read()
    mail = mail[re.search(rb"^From: ", mail, re.M).start():]
s = smtplib.SMTP("127.0.0.1", int(port), timeout=20)
s.sendmail(sender, [to], mail)
s.quit()
PY
}
ours=b+0123456789abcdef01234567@retours.essai.example
send "$first" "$ours" encore@ailleurs.example || fail "not taken without SignHeaders"
again() { grep -ls 'X-Rcpt-Args: <encore@' "$work"/got/* >"$work/again"; }
until_ 10 again || fail "the second did not arrive"
verify "$(cat "$work/again")" >"$work/said"
grep -qx 'not covered: list-unsubscribe-post' "$work/said" ||
	fail "without SignHeaders: $(cat "$work/said")"
grep -qx valid "$work/said" || fail "without SignHeaders: $(cat "$work/said")"
say "without SignHeaders: $(grep not "$work/said")"

# --- a mail that cannot be signed is not taken
signer_stop
send - "$ours" encore@ailleurs.example 2>"$work/said" && fail "taken unsigned"
grep -q '45[0-9]\|451' "$work/said" || fail "unsigned: $(tail -n 1 "$work/said")"
signer_start

# --- refused by the next server: into the Maildir, and recorded
bounces() { # bounces SOURCE COUNT
	ctl --json events list --kind bounce >"$work/events" 2>/dev/null
	[ "$(grep -c "$1" "$work/events")" -ge "$2" ]
}
until_ 25 bounces maildir 1 || {
	ls "$folder"/bounces/*; tail -n 20 "$relay/log"
	fail "no bounce was recorded out of the Maildir: $(cat "$work/events")"
}
grep -q 'postfix/orange/smtp.*status=bounced.*5.1.1' "$relay/log" || fail "no refusal"
kept=$(find "$folder/bounces/cur" -type f | head -n 1)
grep -q '^Diagnostic-Code: smtp; 550' "$kept" || fail "kept: $(cat "$kept")"
grep -rqi '^Subject\|text/plain' "$folder/bounces/cur" && fail "a text is kept: $(cat "$kept")"
say "a refused mail comes back into the Maildir and is recorded"

# --- and by the pipe
change "$relay/etc/transport" "#retours.essai.example etrier-bounce:" \
	"retours.essai.example etrier-bounce:"
kill -HUP "$relay_pid"
id=$(grep -hoE 'b\+[0-9a-f]{24}@' "$first" | head -n 1)
send - "${id}retours.essai.example" personne@absents.example || fail "the third is not taken"
until_ 15 bounces pipe 1 ||
	fail "no bounce was recorded by the pipe: $(grep etrier-bounce "$relay/log" | tail -n 3)"
say "and by the pipe"

# --- while étrier is stopped the report waits
daemon_stop || fail "stop: $?"
send - "$ours" personne@absents.example || fail "the fourth is not taken"
waits() { grep -q 'relay=etrier-bounce.*status=deferred' "$relay/log"; }
until_ 10 waits || fail "stopped: $(grep relay=etrier-bounce "$relay/log" | tail -n 2)"
[ "$(grep -c 'relay=etrier-bounce.*status=bounced' "$relay/log")" -eq 0 ] ||
	fail "a report was sent back"
say "a report waits while étrier is stopped"
grep -i 'warning\|fatal\|panic' "$relay/log" | grep -v 'milter\|connect to Milter' &&
	fail "Postfix warns"
say ok
