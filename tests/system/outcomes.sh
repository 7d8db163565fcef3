#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What happened, from end to end: an instance out of production writes to one
# address and one number and says so; a contract and a rupture told at the
# command line change who is looked for; a network's own system fetches what
# happened to its people with a cursor, without a name in it; what failed is
# shown before it is sent again.
set -u
name=system.outcomes
. tests/peers.sh
. tests/daemon.sh
stand_in=essais@etrier.example
number=+33639980999
more="delivery: {override_to: {email: $stand_in, sms: \"$number\"}}"

says() { # says TEXT COMMAND...: what etrierctl prints holds it
	ctl "${@:2}" >"$work/said" 2>&1
	grep -qF -- "$1" "$work/said" ||
		fail "${*:2}: no \"$1\" in: $(head -c 600 "$work/said")"
}

instance_new
instance_config
cp -r tests/golden/feeds "$work/feeds"
helper etrier-demo-http "$work/feeds"
daemon_start
import_people
go_live
demo_sources "$port"
ctl reload >/dev/null 2>&1 || fail "reload"
settled 60 || fail "not settled"

# Outside production: everything, and nothing else, goes to the stand-ins.
ctl status >"$work/status" 2>&1
head -n 1 "$work/status" | grep -q 'NOT IN PRODUCTION' ||
	fail "status does not say so first: $(head -n 3 "$work/status")"
grep -q "$number" "$work/status" || fail "status does not name the number"
/usr/bin/python3 - "$folder" "$stand_in" "$number" <<'PY' || fail "somebody real was written to"
import email, email.policy, json, pathlib, sys
folder, stand_in, number = pathlib.Path(sys.argv[1]), *sys.argv[2:]
mails = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
         for f in (folder / "mail").rglob("*") if f.is_file()]
sms = [json.load(open(f)) for f in (folder / "sms").glob("sms-*.json")]
if not mails or not sms:
    sys.exit(f"{len(mails)} mails, {len(sms)} SMS")
for m in mails:
    if m["To"] != stand_in or m["Reply-To"] or m["Cc"]:
        sys.exit(f"a mail to {m['To']}, {m['Reply-To']}")
    if "/d/" not in m.get_body(("plain",)).get_content() and "synthese" in m["List-Id"]:
        sys.exit("a digest without its page")
for s in sms:
    if s["to"] != number:
        sys.exit("an SMS to another")
PY
grep -q 'outbox.redirected' "$log" || fail "no word of it in the log"

# Somebody who was told of an offer signs a contract.
ctl --json --limit 1000 ledger >"$work/ledger" 2>/dev/null
ctl --json --limit 1000 youths list >"$work/youths" 2>/dev/null
read -r youth offer < <(/usr/bin/python3 - "$work" <<'PY'
import json, sys
rows = lambda name: [json.loads(l) for l in open(f"{sys.argv[1]}/{name}")]
who = {r["id"]: f'{r["origin"]}:{r["ref"]}' for r in rows("youths")}
for r in rows("ledger"):
    if r["audience"] == "youth" and r.get("state") == "sent" and \
            who.get(r["person"], "").startswith("ml-nord:"):
        print(who[r["person"]], r["offer"])
        break
PY
)
[ -n "${offer:-}" ] || fail "nobody was told of anything"
start=$(date -d '-10 days' +%F)
says 'written down' youths outcome "$youth" contract --offer "$offer" \
	--kind apprenticeship --start "$start"
says 'known already' youths outcome "$youth" contract --offer "$offer" \
	--kind apprenticeship --start "$start"
says 'placed' youths show "$youth"
says 'no young person' youths outcome ml-nord:nobody left
ctl --json audit list 2>/dev/null >"$work/audit"
grep -q '"cmd": *"youths outcome"' "$work/audit" || fail "not in the audit log"
# The file does not know yet, then says so: neither undoes what was told.
ctl import youths "$folder/people/youths-ml-nord.csv" --origin ml-nord \
	>/dev/null 2>&1
says 'placed' youths show "$youth"

# The network's own system fetches it, row by row, without a name.
ctl events export --origin ml-nord >"$work/export.csv" 2>"$work/why" ||
	fail "export: $(cat "$work/why")"
ctl --limit 3 events export --origin ml-nord >"$work/first.csv" 2>/dev/null
after=$(tail -n 1 "$work/first.csv" | cut -d ';' -f 1)
ctl events export --origin ml-nord --after "$after" >"$work/rest.csv" 2>/dev/null
ctl --json events export --origin ml-nord >"$work/export.json" 2>/dev/null
/usr/bin/python3 - "$work" "${youth#*:}" "$offer" "$folder" <<'PY' || fail "the export"
import csv, json, pathlib, sys
work, ref, offer, folder = sys.argv[1:]
read = lambda n: list(csv.DictReader(open(f"{work}/{n}.csv", newline=""), delimiter=";"))
rows, first, rest = read("export"), read("first"), read("rest")
if len(first) != 3 or first + rest != rows:
    sys.exit(f"a cursor loses or repeats: {len(first)} + {len(rest)}, {len(rows)}")
if [int(r["id"]) for r in rows] != sorted({int(r["id"]) for r in rows}):
    sys.exit("ids do not grow")
mine = [r for r in rows if r["ref"] == ref]
if {r["event"] for r in mine} < {"proposed", "sent", "contract"}:
    sys.exit(f"{ref}: {[r['event'] for r in mine]}")
signed = [r for r in mine if r["event"] == "contract"]
if len(signed) != 1 or signed[0]["offer"] != offer or \
        signed[0]["contract"] != "apprenticeship" or not signed[0]["trade"]:
    sys.exit(f"{signed}")
sent = [r for r in mine if r["event"] == "sent"]
if sent[0]["channel"] not in ("sms", "email") or not sent[0]["offer"]:
    sys.exit(f"{sent[0]}")
if [json.loads(l)["id"] for l in open(f"{work}/export.json")] != \
        [int(r["id"]) for r in rows]:
    sys.exit("JSON and CSV differ")
text = open(f"{work}/export.csv").read()
people = csv.DictReader(open(f"{folder}/people/youths-ml-nord.csv"), delimiter=";")
for p in people:
    for key in ("last_name", "first_name", "email", "phone"):
        # a word of ours may be a first name too: whole cells only
        if p.get(key) and (";" + p[key] + ";") in text:
            sys.exit(f"{key} of somebody")
PY

# A rupture: looked for again at once, and the ledger knows how each one went.
says 'written down' youths outcome "$youth" rupture
says 'active' youths show "$youth"
says 'sent' ledger --youth "$youth"
[ "$(count '"event": *"rupture"' events export --origin ml-nord)" -eq 1 ] ||
	fail "one rupture"
ctl events export --origin ml-nord --format xml >/dev/null 2>&1
[ $? -eq 2 ] || fail "--format xml"

# The outbox by channel; what failed is shown, and nothing was.
[ "$(count '"channel": *"email"' outbox list --channel sms)" -eq 0 ] ||
	fail "a mail among the SMS"
says '0 would be sent again' outbox retry --failed --since "$(date +%F)"
daemon_stop || fail "stopping: $?"
say "ok"
