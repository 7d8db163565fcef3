#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# No log names anybody: not a name, phone number, e-mail address, dossier
# number, need or link token of the people the tests invent, in any line that a
# daemon of the system tests wrote (they keep theirs in $BUILD_DIR/test-logs).
# So that there is something to read also when it runs alone, it first runs an
# instance of its own at level debug, through import with rejected rows,
# matching, delivery, explanations, refusals and an unsubscription.
set -u
name=lint.logs
. tests/peers.sh
. tests/daemon.sh
[ -x "$BUILD_DIR/etrierd" ] || skip "$name" "etrierd is not built"
instance_new
more="log: {level: debug}"
instance_config
helper etrier-demo-http tests/golden/feeds
daemon_start
all_running || fail "not all roles run"
import_people
# A file that is refused whole, and one whose rows are.
{
	head -n 1 "$folder/people/youths-ml-nord.csv"
	printf 'N777;Lina;Modèle;31/31/2007;06 39 98 12;pas-une-adresse;sms;personne\n'
} >"$folder/people/bad.csv"
ctl import youths "$folder/people/bad.csv" --origin ml-nord >/dev/null 2>&1
ctl import youths "$folder/people/bad.csv" --origin unheard-of >/dev/null 2>&1
go_live
demo_sources "$port"
ctl reload >/dev/null 2>&1 || fail "reload"
settled 60 || fail "not settled"
{
	ctl explain --youth ml-nord:N001 --offer artisans-idf:AR-1001 --private
	ctl explain --youth ml-nord:N999 --offer artisans-idf:AR-1001
	ctl youths show ml-nord:N002
	ctl youths list
	ctl youths duplicates
	ctl digest show --adviser MLN:sarah
	ctl message preview --youth ml-nord:N003
	ctl agency set MLN mode nonsense
} >/dev/null 2>&1
/usr/bin/python3 - "$folder/mail/new" "$front_port" >"$work/tokens" <<'PY' || fail "unsubscribe"
import pathlib, re, sys, urllib.error, urllib.request
tokens = set()
for f in pathlib.Path(sys.argv[1]).iterdir():
    m = re.search(r"List-Unsubscribe:\s*<[^>]*/u/([0-9A-Z]+)>", f.read_text(errors="replace"))
    if m:
        tokens.add(m[1])
assert tokens, "no token in any mail"
url = f"http://127.0.0.1:{sys.argv[2]}/u/"
urllib.request.urlopen(url + max(tokens), timeout=10).read()
urllib.request.urlopen(url + max(tokens), b"List-Unsubscribe=One-Click", timeout=10).read()
for path in ("XXXXXXXXXX", "lina@courrier.example", "0639981201"):
    try:
        urllib.request.urlopen(url + path, timeout=10).read()
    except urllib.error.HTTPError:
        pass
print("\n".join(tokens))
PY
daemon_stop || fail "stop: $?"

/usr/bin/python3 - "$logs" "$work/tokens" "$folder/people" <<'PY'
import csv, pathlib, re, sys
words, digits = set(), set()      # whole words; parts of a run of digits
def take(row):
    for key in ("first_name", "last_name", "Prénom", "Nom"):
        words.update(re.split(r"[ -]", row.get(key) or ""))
    for key in ("email", "Courriel"):
        words.add(row.get(key) or "")
        words.add((row.get(key) or "").split("@")[0])
    for key in ("ref", "linked_ref", "N° dossier"):
        words.add((row.get(key) or "").split(":")[-1])
    for key in ("phone", "Téléphone"):
        digits.add(re.sub(r"\D", "", row.get(key) or "")[1:])
    for need in re.split(r"[ ,]", row.get("needs") or row.get("Besoins") or ""):
        words.add(need.split(":")[0])
for f in pathlib.Path(sys.argv[3]).glob("*.csv"):
    if f.name.startswith("agencies"):
        continue
    text = f.read_text()
    for row in csv.DictReader(text.splitlines(),
                              delimiter=";" if ";" in text.split("\n")[0] else ","):
        take(row)
# The people of tests/system/instance.sh.
text = open("tests/system/instance.sh").read()
for block in re.findall(r"<<-'CSV'\n(.*?)\n\tCSV", text, re.S):
    lines = [l.strip() for l in block.splitlines()]
    if "last_name" in lines[0]:
        for row in csv.DictReader(lines, delimiter=";"):
            take(row)
words.update(open(sys.argv[2]).read().split())
words.update({"rqth", "RQTH", "handicap", "Handicap", "step_free", "loads"})
words -= {""}
digits -= {""}
assert len(words) > 150 and len(digits) > 50, (len(words), len(digits))
word = re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r")(?![\w])")
phone = re.compile("|".join(sorted(digits)))
mail = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]")
n_lines = n_files = hits = 0
for f in sorted(pathlib.Path(sys.argv[1]).glob("*.log")):
    n_files += 1
    for i, line in enumerate(f.read_text(errors="replace").splitlines(), 1):
        n_lines += 1
        # Files are named by the administrator: of a path only the last part.
        said = re.sub(r"/\S*/", "", line)
        # A mistake in a configuration names the fields there are: the
        # vocabulary, of nobody.
        said = re.sub(r"; (?:fields|allowed): .*", "", said)
        found = word.search(said) or mail.search(said) or \
            phone.search(re.sub(r"(?<=\d)[ .-](?=\d)", "", said))
        if found:
            hits += 1
            print(f"{f.name}:{i}: \"{found[0]}\": {line[:200]}")
assert n_lines > 60, f"only {n_lines} lines in {n_files} logs: proves nothing"
print(f"lint.logs: {n_lines} lines of {n_files} logs, {len(words)} words and "
      f"{len(digits)} numbers looked for, {hits} found")
sys.exit(hits > 0)
PY
