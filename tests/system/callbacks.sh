#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What comes back, from end to end, with the real daemon: SMS are planned and
# delivered, the gateway (played by curl) tells receipts, twice and out of
# order, an engine that is silent makes it say them again; young people answer
# 1, write words, and say stop; a mail bounces into a pipe. What the front and
# the engine log names nobody.
set -u
name=system.callbacks
. tests/peers.sh
. tests/daemon.sh
secret=0123456789abcdefGHIJ-_
# Wording and numbers of the demo; one message is not to be the last for today.
planner='{windows: open, tick_s: 1, youth_per_day: 5, youth_per_week: 14}'
sms='{gateway: file, folder: sms, callback_secret_file: sms-callback, budget_month: 200}'

tool() {
	local folder
	command -v "$1" && return
	folder=$(peer "$1" "usr/bin/$1") && echo "$folder/usr/bin/$1"
}
curl=$(tool curl) || skip "$name" "no curl, and no Debian mirror to take it from"

mail='{transport: maildir, maildir: mail, from_address: offres@etrier.example, bounces: bounces}'
instance_new
mkdir -p "$folder/bounces/new" "$folder/bounces/cur" # tmp: étrier's affair
(umask 077 && echo "$secret" >"$folder/secrets/sms-callback")
instance_config
helper etrier-demo-http tests/golden/feeds
daemon_start
all_running || fail "not all roles run"
import_people
go_live
demo_sources "$port"
ctl reload >/dev/null 2>&1 || fail "reload"
settled 60 || fail "not settled"
here=http://127.0.0.1:$front_port/cb/sms/file/$secret

# call CODE WORDS FOR CURL: GET with these parameters, encoded.
call() {
	local want=$1 got args=()
	shift
	for word in "$@"; do args+=(--data-urlencode "$word"); done
	got=$("$curl" -s -G --max-time 20 -o "$work/answer" -w '%{http_code}' \
		"${args[@]}" "${at:-$here}")
	[ "$got" = "$want" ] || fail "$*: $got, not $want"
	[ "$want" != 200 ] || [ ! -s "$work/answer" ] ||
		fail "a body: the gateway would send it to the telephone"
}
n_events() { count "\"kind\": *\"$1\"" events list; }
state_of() {
	ctl --json outbox show "$1" 2>/dev/null |
		sed -nE 's/.*"state": *"([a-z]+)".*/\1/p'
}

# Three SMS of three numbers. ID NUMBER a line
/usr/bin/python3 - "$folder/sms" >"$work/sms" <<'PY'
import json, pathlib, sys
seen = set()
for f in sorted(pathlib.Path(sys.argv[1]).glob("sms-*.json")):
    m = json.load(open(f))
    if m["to"] not in seen:
        seen.add(m["to"])
        print(m["id"], m["to"])
PY
[ "$(wc -l <"$work/sms")" -ge 3 ] || fail "not three SMS: $(cat "$work/sms")"
{ read -r a number_a; read -r b number_b; read -r c number_c; } <"$work/sms"

# --- who may call
at=http://127.0.0.1:$front_port/cb/sms/file/0123456789abcdefGHIJ-x
call 404 "message=$a" receipt=dead
at=http://127.0.0.1:$front_port/cb/sms/kannel/$secret
call 404 "message=$a" d=2
at=
[ "$(state_of "$a")" = sent ] || fail "a wrong secret changed something"

# --- receipts: twice, late, unknown
call 200 "message=$a" receipt=accepted
call 200 "message=$a" receipt=delivered
call 200 "message=$a" receipt=delivered
call 200 "message=$a" receipt=expired
call 200 "message=999999" receipt=dead
call 200 "message=$a" receipt=nonsense
[ "$(state_of "$a")" = sent ] || fail "late receipts count"
[ "$(n_events receipt)" -eq 2 ] || fail "receipts: $(n_events receipt), not 2"
call 200 "message=$b" receipt=filtered
[ "$(state_of "$b")" = failed ] || fail "filtered: $(state_of "$b")"
alarmed() { ctl status >"$work/status.txt" 2>&1; grep -q sms_filtered "$work/status.txt"; }
until_ 10 alarmed || fail "no alarm for a filtered SMS"

# --- an engine that says nothing: the gateway is told to come again
engine=$(pid_of engine)
kill -STOP "$engine"
call 503 "message=$c" receipt=delivered
kill -CONT "$engine"
call 200 "message=$c" receipt=delivered
[ "$(n_events receipt)" -eq 4 ] || fail "said again: $(n_events receipt), not 4"

# --- words
call 200 "from=$number_a" text=1 id=m1
call 200 "from=$number_a" text=1 id=m1
ctl --json ledger --message "$a" >"$work/ledger" 2>/dev/null
grep -q '"result": *"interested"' "$work/ledger" || fail "1 is no answer"
[ "$(n_events answer)" -eq 1 ] || fail "one answer: $(n_events answer)"
call 200 "from=$number_a" "text=Pas le vendredi, j'ai le mot TÉMOIN" id=m2
# Who wants to be called hears so, once.
call 200 "from=$number_a" text=3 id=m5
call 200 "from=$number_a" text=Appel id=m6
confirmed() { [ "$(grep -l ' rappelle' "$folder"/sms/sms-*.json | wc -l)" -eq 1 ]; }
until_ 15 confirmed || fail "confirmed: $(grep -l ' rappelle' "$folder"/sms/sms-*.json)"
grep -l ' rappelle' "$folder"/sms/sms-*.json | xargs grep -q "\"$number_a\"" ||
	fail "confirmed to somebody else"
# The signs of a form, and a number as a gateway writes it.
"$curl" -s -o /dev/null -w '%{http_code}' --data "id=m3" --data \
	"from=${number_c#+}" --data 'text=ST%4FP+svp' "$here" >"$work/code"
[ "$(cat "$work/code")" = 200 ] || fail "POST: $(cat "$work/code")"
[ "$(n_events optout)" -ge 1 ] || fail "STOP is not heard"
n_before=$(n_events optout)
call 200 "from=$number_c" text=stop id=m4
[ "$(n_events optout)" -eq "$n_before" ] || fail "opted out twice"
ctl --json events list --kind reply >"$work/replies" 2>/dev/null
[ "$(grep -c . "$work/replies")" -eq 6 ] || fail "replies: $(cat "$work/replies")"
grep -q TÉMOIN "$work/replies" && fail "words of a young person in an event"

# --- a mail that bounced, from a pipe; a person's mail is none
# Message-ID and envelope sender share their digits.
id=$(grep -rhoE '<m\.[0-9a-f]{24}@' "$folder/mail/new" | head -n 1 |
	grep -oE '[0-9a-f]{24}')
[ -n "$id" ] || fail "no Message-ID in any mail"
n_failed() { count '"state": *"failed"' outbox list; }
n_before=$(n_failed)
sed "s/0123456789abcdef01234567/$id/g" tests/golden/dsn/postfix-dead.eml \
	>"$work/bounce"
ctl mail bounce <"$work/bounce" >"$work/did" 2>&1 || fail "$(cat "$work/did")"
grep -q 'the address is dead' "$work/did" || fail "bounce: $(cat "$work/did")"
ctl mail bounce "$work/bounce" >"$work/did" 2>&1
grep -q 'said before' "$work/did" || fail "twice: $(cat "$work/did")"
[ "$(n_failed)" -eq $((n_before + 1)) ] || fail "a bounced mail is not failed"
ctl mail bounce <tests/golden/dsn/absence.eml >"$work/did" 2>&1 ||
	fail "an absence notice is an error"
grep -q 'nothing is done' "$work/did" || fail "absence: $(cat "$work/did")"
# What a mail system is told: of an empty report that nothing will come of it.
ctl mail bounce </dev/null >"$work/did" 2>&1
[ $? -eq 65 ] || fail "an empty report: $(cat "$work/did")"
printf '\r\n \n' >"$work/empty"
ctl mail bounce "$work/empty" >"$work/did" 2>&1
[ $? -eq 1 ] || fail "an empty file: $(cat "$work/did")"
ctl mail bounce "$work" >"$work/did" 2>&1
[ $? -eq 1 ] || fail "a folder: $(cat "$work/did")"
ctl sms costs >"$work/costs" 2>&1 || fail "costs: $(cat "$work/costs")"
grep -q '200.000\|BUDGET' "$work/costs" || fail "costs: $(cat "$work/costs")"

# --- the same out of a Maildir, with a mail that stops others and one that is
# for nobody here; looked at when the daemon starts
daemon_stop || fail "stop: $?"
ctl mail bounce <"$work/bounce" >"$work/did" 2>&1
[ $? -eq 75 ] || fail "a pipe while nobody listens: $(cat "$work/did")"
ctl mail bounce "$work/bounce" >"$work/did" 2>&1
[ $? -eq 4 ] || fail "a file while nobody listens: $(cat "$work/did")"
other=$(grep -rhoE '<m\.[0-9a-f]{24}@' "$folder/mail/new" | sort -u |
	grep -v "$id" | head -n 1 | grep -oE '[0-9a-f]{24}')
token=$(grep -rhoE '/u/[0-9A-Z]{10}' "$folder/mail/new" | tail -n 1)
[ -n "$other" ] && [ -n "$token" ] || fail "no second mail, or no link in it"
sed "s/0123456789abcdef01234567/$other/g" tests/golden/dsn/arf.eml \
	>"$folder/bounces/new/1.a"
cp tests/golden/dsn/absence.eml "$folder/bounces/new/2.b"
printf 'From: a@b.example\nTo: stop+%s@etrier.example\n\nstop\n' "${token#/u/}" \
	>"$folder/bounces/new/3.c"
ln -s /etc/passwd "$folder/bounces/new/4.d"
daemon_start
emptied() { [ "$(find "$folder/bounces/cur" -type f | wc -l)" -eq 3 ]; }
until_ 20 emptied || fail "bounces: $(ls "$folder/bounces/new")"
grep -rq lina@courrier.example "$folder/bounces/cur" ||
	fail "nothing is kept of a report: $(cat "$folder"/bounces/cur/*)"
grep -rqi -e '^subject' -e absente -e Bonjour -e stop+ "$folder/bounces/cur" &&
	fail "a text is kept: $(cat "$folder"/bounces/cur/*)"
[ "$(n_events complaint)" -eq 1 ] || fail "a complaint out of a Maildir"
[ "$(count '"by": *"link"' events list --kind optout)" -ge 1 ] ||
	fail "stop by mail is not heard"
daemon_stop || fail "stop: $?"
grep -qF -e "$secret" -e "${number_a#+}" -e "${number_c#+}" -e TÉMOIN \
	-e lina@courrier.example "$log" && fail "the log names somebody"
say "ok"
