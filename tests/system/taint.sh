#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A need reaches nobody who should not know of it. An instance whose young
# people all have needs, of every code there is, polls offers that have every
# exposure, matches, plans, sends mails and SMS, shows pages, explains and
# answers; then every byte it made for somebody to read is searched for the
# codes of needs and for words of handicap and health: mails and SMS (decoded),
# their file names, pages, logs, listings. So is what the other system tests
# left before: every log, SMS and mail to a young person, in
# $BUILD_DIR/test-logs and $BUILD_DIR/test-out.
#
# What is not searched, because it is for who may know: the encrypted database,
# and explain --private of the group etrier-needs.
set -u
name=system.taint
. tests/system/instance.sh
instance_new
# Offers of the instance: bakeries that say what the work is like.
/usr/bin/python3 - "$I" <<'PY'
import json, sys
codes = """loads standing sitting walking stairs posture repetitive vibration
height noise dust chemicals heat cold screen light driving night early_start
irregular_hours public pace alone written oral""".split()
access = """step_free wheelchair toilets lift parking hearing_loop part_time
breaks tutoring care_time""".split()
needs = [f"{c}:2:warn" for c in codes] + [f"{c}::favour" for c in access]
head = ("ref;first_name;last_name;birth_date;phone;email;channel;adviser;insee;"
        "rome;contracts;max_minutes;modes;level;available_from;status;"
        "consent_email;consent_sms;consent_info;informed_on;needs;rqth;language")
rows = [head]
for i in range(12):
    mine = needs[i * 3 % len(needs):][:6] or needs[:6]
    channel = "sms" if i % 2 else "email"
    language = ("", "fr-simple", "en")[i % 3]
    rows.append(f"T{i};Prénom{i};Inventé;2004-05-17;06 39 98 02 {i:02d};"
                f"t{i}@jeune.example;{channel};sarah;93048;D1102;"
                f"apprenticeship;60;transit;3;2026-01-01;active;yes;yes;yes;"
                f"2026-09-01;{' '.join(mine)};yes;{language}")
open(f"{sys.argv[1]}/youths.csv", "w").write("\n".join(rows) + "\n")
offers = [dict(ref=f"o{i}", title="Apprenti boulanger", kind="apprenticeship",
               rome=["D1102"], url=f"https://offres.example/{i}",
               employer=dict(name=f"Fournil Inventé {i}"),
               place=dict(postcode="93100", city="Montreuil"),
               exposure={c: 1 for c in codes},
               access={a: "yes" for a in access},
               handicap_welcome="yes", status="live",
               description="Poste ouvert aux personnes en situation de "
               "handicap (RQTH). Port de charges.") for i in range(12)]
open(f"{sys.argv[1]}/offers.all", "w").write(
    "\n".join(json.dumps(o) for o in offers) + "\n")
PY
: >"$I/offers.json"
cat >"$I/sources.d/essai.yaml" <<YAML
name: essai
kind: exec
every: 1h
delivers: complete
may_read: [$I/offers.json]
command: [/bin/cat, $I/offers.json]
YAML
sed -i 's/^  tick_s: 1/  tick_s: 1\n  hold_minutes: 0/' "$I/etrier.yaml"
checked=$(ctl check 2>&1) || fail "its configuration does not check: $checked"
instance_start
instance_import
out=$I/out
mkdir "$out"
for agency in ML-EST CFA-PAIN; do
	ctl agency set "$agency" mode automatic >/dev/null 2>&1 || fail "mode"
done
# What came before an agency went live goes to no young person.
cp "$I/offers.all" "$I/offers.json"
ctl sources poll essai >/dev/null 2>&1 || fail "poll"
for _ in $(seq 150); do
	mails=$(find "$I/state/mail" -type f 2>/dev/null | wc -l)
	sms=$(find "$I/state/sms" -maxdepth 1 -name 'sms-*' 2>/dev/null | wc -l)
	[ "$mails" -ge 3 ] && [ "$sms" -ge 2 ] && break
	sleep 0.1
done
[ "$mails" -ge 1 ] && [ "$sms" -ge 1 ] || {
	ctl offers list; ctl outbox list; fail "$mails mails, $sms SMS"; }
{
	ctl status
	ctl youths list
	ctl youths list --json
	ctl outbox list --json
	ctl ledger --json
	ctl events list --json
	ctl digest show --adviser ML-EST:sarah
	ctl digest show --adviser ML-EST:sarah --format html
	ctl message preview --youth ml-est:T1
	ctl explain --youth ml-est:T0 --offer essai:o0
} >"$out/commands" 2>&1
/usr/bin/python3 - "$I" "$PORT" <<'PY' || fail "pages"
import email, email.policy, pathlib, re, sys, urllib.request
root, port = pathlib.Path(sys.argv[1]), sys.argv[2]
links = set()
for f in root.glob("state/mail/new/*"):
    m = email.message_from_bytes(f.read_bytes(), policy=email.policy.default)
    links |= set(re.findall(r"/[oaud]/[0-9A-Z]{10}", m.as_string()))
    for part in m.walk():
        if part.get_content_maintype() == "text":
            links |= set(re.findall(r"/[oaud]/[0-9A-Z]{10}", part.get_content()))
n = 0
for link in sorted(links)[:40]:
    try:
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}{link}",
                                      timeout=10).read()
    except urllib.error.HTTPError as e:
        page = e.read()
    (root / "out" / ("page" + link.replace("/", "-"))).write_bytes(page)
    n += 1
assert n, "no link in any mail"
PY
instance_stop
[ "$status" -eq 0 ] || fail "stopped as asked: $status"
cp "$I/log" "$out/log"
/usr/bin/python3 - "$I" "$BUILD_DIR" <<'PY'
import email, email.policy, pathlib, re, sys
root, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
# Codes of needs that are no ordinary word of English or of our commands, words
# of handicap and health in French and English; beginnings, but for those that
# begin other words.
starts = """handi rqth mdph agefiph wheelchair step_free hearing_loop care_time
early_start irregular_hours invalid infirm deficien maladi patholog diagnostiq
psychi autis dyslex epilep diabet allerg asthm malentend malvoyan aveugl
fauteuil prothes besoin needs exposure travailleur.handicap"""
whole = """loads stairs posture vibration chemicals ulis esat aah disabled
disability charges sante santé soins"""
word = re.compile(r"(?<![\w])(?:(?:%s)\w*|(?:%s)(?![\w]))" % (
    "|".join(starts.split()), "|".join(whole.split())), re.I)
# Names of settings and of columns, of nobody: a key file, a group of users.
harmless = re.compile(r"needs an? \w+|needs\.key|etrier-needs|needs_key_file|"
                      r"needs a restart|needs allow_private|needs\.key|\"needs\" column")
seen = hits = 0
def look(what, text):
    global seen, hits
    seen += len(text)
    for line in text.splitlines():
        found = word.search(harmless.sub("", line))
        if found and hits < 40:
            print(f"{what}: \"{found[0]}\": {line.strip()[:160]}")
        hits += bool(found)
def look_at_mail(path, is_own):
    m = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    # An adviser's digest quotes what a stranger's title says: those of this
    # instance are known to say nothing.
    if not is_own and "synthese" in str(m["List-Id"]):
        return
    for key, value in m.items():
        look(f"{path.name} {key}", str(value))
    for part in m.walk():
        if part.get_content_maintype() == "text":
            look(f"{path.name} {part.get_content_type()}", part.get_content())
kinds = {"mail": 0, "sms": 0, "page": 0, "log": 0}
for folder in [root, build / "test-out"]:
    for f in sorted(folder.rglob("*")):
        if not f.is_file() or "/secrets/" in str(f) or f.suffix in (".db", ".csv"):
            continue
        look("name of a file", f.name)
        if "/mail/" in str(f):
            kinds["mail"] += 1
            look_at_mail(f, folder == root)
        elif f.name.startswith("sms-"):
            kinds["sms"] += 1
            look(f.name, f.read_text(errors="replace"))
        elif "/out/" in str(f):
            kinds["page" if f.name.startswith("page") else "log"] += 1
            look(f.name, f.read_text(errors="replace"))
for f in sorted((build / "test-logs").glob("*.log")):
    kinds["log"] += 1
    # A mistake in a configuration lists the vocabulary, of nobody.
    text = re.sub(r"; (?:fields|allowed): .*", "",
                  f.read_text(errors="replace"))
    look(f.name, text)
assert min(kinds.values()) > 0 and seen > 20000, (kinds, seen)
print(f"system.taint: {seen} characters of {kinds} read, {hits} words found")
sys.exit(hits > 0)
PY
[ $? -eq 0 ] || fail "a need got out"
