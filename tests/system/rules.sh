#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The tools of the rule tuner with the real programs: cases judged without a
# daemon; with one, why a verdict, what another file would do and to whom, a
# file in the shadow, promoted, refused, rolled back. The folder of the rules is
# the one truth, and everything that writes there can be taken back.
name=system.rules
. tests/system/instance.sh

web=
trap '[ -z "$web" ] || kill "$web"; instance_end' EXIT

# says STATUS PATTERN ARGS...: what comes of it, in $I/out
says() {
	local want=$1 pattern=$2
	shift 2
	ctl "$@" >"$I/out" 2>&1
	local got=$?
	[ "$got" -eq "$want" ] || fail "$*: $got, not $want: $(cat "$I/out")"
	grep -qE -- "$pattern" "$I/out" ||
		fail "$*: no \"$pattern\" in: $(cat "$I/out")"
}
json() { # json PYTHON ARGS...: an expression about the rows `r`
	local test=$1
	shift
	ctl --json "$@" >"$I/rows" 2>"$I/out" || fail "$*: $(cat "$I/out")"
	/usr/bin/python3 - "$I/rows" "$test" <<'PY' || fail "$*: $test: $(head -c 3000 "$I/rows")"
import json, sys
r = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(not eval(sys.argv[2]))
PY
}
in_force() { ctl --json status | /usr/bin/python3 -c 'import json, sys
print(json.loads(sys.stdin.readline())["rules"])'; }
until_() { # until_ SECONDS COMMAND...
	local i
	for ((i = 0; i < $1 * 5; i++)); do
		"${@:2}" && return 0
		sleep 0.2
	done
	return 1
}

people() { # thirty invented bakers: twelve of 17 years, six of a district
	/usr/bin/python3 - <<'PY'
import datetime
t = datetime.date.today()
print("ref;first_name;last_name;birth_date;adviser;insee;rome;contracts;"
      "max_minutes;modes;level;available_from;status;priority_district;needs")
for i in range(30):
    age = 17 if i < 12 else 22
    birth = t.replace(year=t.year - age, day=min(t.day, 28)) - datetime.timedelta(30)
    print(f"1{i:03};Jeune{i};Essai;{birth};sarah;93048;D1102;apprenticeship;60;"
          f"transit;3;{t};active;{'yes' if i % 5 == 0 else 'no'};"
          f"{'loads:1:warn' if i == 3 else ''}")
PY
}
offers() {
	/usr/bin/python3 - <<'PY'
import datetime, json
start = (datetime.date.today() + datetime.timedelta(20)).isoformat()
print(json.dumps({"offers": [
    {"id": f"b{i}", "title": "Apprenti boulanger H/F", "rome": "D1102",
     "insee": ("93048", "93048", "93051")[i % 3], "start": start,
     "employer": f"Fournil Inventé {i}", "url": f"https://one.example/b{i}",
     "text": f"Pain et viennoiserie, maison numéro {i}."} for i in range(6)]}))
PY
}

# --- without a daemon ----------------------------------------------------------
instance_new
cp conf/{rules,signals,quality}.yaml "$I/"
sed -i "s#rules: .*/rules.yaml#rules: rules.yaml#" "$I/etrier.yaml"
mkdir "$I/rules.d"
says 0 '^[0-9]+ tests, 0 failed; panel: [67][0-9] pairs, (9[0-9]|100) % agreement; [1-9][0-9]+ examples' \
	rules test tests/rules/cases/*.yaml tests/rules/panel.yaml
sed "s#^rule_files.*#rule_files: [$I/rules.yaml]#; s/decision: send/decision: exclude/" \
	tests/rules/cases/shipped.yaml >"$I/wrong.yaml"
says 1 'wrong.yaml:15:[0-9]+: a wished trade, near, in time: decision expected exclude, got send' \
	rules test "$I/wrong.yaml"
says 1 '^  - exclude' rules test "$I/wrong.yaml" --diff --run 'a wished'
says 0 '^1 tests, 0 failed' rules test "$I/wrong.yaml" --run 'too old for'
says 1 . rules test "$I/wrong.yaml" --junit "$I/junit.xml"
/usr/bin/python3 - "$I/junit.xml" <<'PY' || fail "no JUnit"
import sys, xml.etree.ElementTree as et
suite = et.parse(sys.argv[1]).getroot()[0]
n = len(suite.findall("testcase/failure"))
sys.exit(not (n and int(suite.get("failures")) == n))
PY
# A panel that people would not sign: better and worse change places.
sed "s#^rule_files.*##; s/  better:/  x:/; s/  worse:/  better:/; s/  x:/  worse:/" \
	tests/rules/cases/panel.yaml >"$I/panel.yaml"
says 1 'panel: 5 pairs, 0 % agreement' rules test "$I/panel.yaml"
says 0 'because: a first job' rules test "$I/panel.yaml" --panel-min 0
says 0 'verdicts reach [0-9]+ of' rules coverage tests/rules/cases/*.yaml \
	tests/rules/panel.yaml
grep -E '^symbol .* never .*hit' "$I/out" && fail "symbols that no case hits"
says 4 'not running' rules coverage
says 4 'not running' rules list
says 0 '^0 errors' rules check

# --- with one ---------------------------------------------------------------------
mkdir "$I/web"
port=$(free_port)
/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$I/web" "$port" \
	>/dev/null 2>&1 &
web=$!
offers >"$I/web/one.json"
cat >"$I/sources.d/one.yaml" <<-YAML
name: one
kind: json
url: http://127.0.0.1:$port/one.json
every: 15m
delivers: complete
allow_private: true
min_interval_ms: 0
records: offers
fields: {ref: id, title: title, rome: rome, place.insee: insee, employer.name: employer, description: text, start: start, url: url, kind: {const: apprenticeship}}
YAML
people >"$I/youths.csv"
instance_start
instance_import
has_offers() { [ "$(ctl offers list --json | wc -l)" -eq 6 ]; }
until_ 30 has_offers || fail "no offers"
first=$(in_force)

# Why: gates, symbols, what would alter it, and other settings.
says 0 'Décision : ' explain --youth ml-est:1020 --offer one:b1
json 'r[0]["decision"] == "send" and not r[0]["changes"]' \
	explain --youth ml-est:1020 --offer one:b1
json 'r[0]["decision"] == "send" and r[0]["with"]["decision"] == "check" and r[0]["with"]["set"] == ["thresholds.send=99"]' \
	explain --youth ml-est:1020 --offer one:b1 --set thresholds.send=99
json '[c for c in r[0]["criteria"] if c["criterion"] == "travel"][0]["weight"] != [c for c in r[0]["with"]["criteria"] if c["criterion"] == "travel"][0]["weight"] == 20000' \
	explain --youth ml-est:1020 --offer one:b1 --set travel.weight=20
says 1 'unknown key "wieght"' explain --youth ml-est:1020 --offer one:b1 \
	--set travel.wieght=20
says 2 'KEY=VALUE|wants' explain --youth ml-est:1020
says 1 'no proposal 99' explain --ledger 99
# A shorter way accepted: then so many minutes would do.
sed -i '/^1020/s/;60;transit/;5;transit/' "$I/youths.csv"
ctl import youths "$I/youths.csv" --origin ml-est >/dev/null 2>&1 || fail "import"
json 'r[0]["decision"] == "exclude" and r[0]["changes"][0]["changes"][0]["what"] == "max_minutes" and r[0]["changes"][0]["changes"][0]["to"] > 5' \
	explain --youth ml-est:1020 --offer one:b2
says 0 'trajet accepté jusqu.à [0-9]+ min \(5 aujourd' \
	explain --youth ml-est:1020 --offer one:b2

# What only the daemon knows.
cat >"$I/rules.d/20-agency.yaml" <<-'YAML'
agencies: {ML-NONE: {thresholds: {send: 70}}}
adjust:
  - symbol: NEVER_HIT
    when: {offer.positions: ">=50"}
    points: 1
YAML
says 0 '20-agency.yaml:1:.*warning: agency "ML-NONE" was not imported' rules check
says 3 '20-agency.yaml:3:.*warning: NEVER_HIT did not speak' rules check --strict
rm "$I/rules.d/20-agency.yaml"
says 0 'verdicts reach' rules coverage

# Another file: what it does, and to whom.
cat >"$I/50-harmless.yaml" <<-'YAML'
adjust:
  - {symbol: BAKERY, when: {offer.rome: D1102}, points: 2}
YAML
json 'r[0]["part"] == "sum" and r[0]["moved"] > 100 and r[0]["gained"] == r[0]["lost"] == 0' \
	rules diff "$I/50-harmless.yaml"
json 'any(x["part"] == "move" and "BAKERY: now hit" in x["why"] for x in r)' \
	rules diff "$I/50-harmless.yaml"
cat >"$I/60-harm.yaml" <<-'YAML'
adjust:
  - symbol: NO_MINORS
    when: {youth.age: "<18"}
    decision: exclude
    reason: {fr: "pas de mineurs"}
YAML
says 3 'minors +12 +12 +0 +-100.0 % +yes' rules diff "$I/60-harm.yaml"
says 3 'priority_district +<11 +<11 +<11 +- +no' rules diff "$I/60-harm.yaml"
grep -qE 'with_needs +<11' "$I/out" || fail "a small cell shows"
says 0 'NO_MINORS: now hit' rules diff "$I/60-harm.yaml" --accept "essai de garde"
ctl --json audit list | grep '"accept":"essai de garde"' >/dev/null || fail "not audited"
echo 'thresholds: {sned: 3}' >"$I/70-wrong.yaml"
says 1 '70-wrong.yaml:1:14: error: unknown key "sned"' rules diff "$I/70-wrong.yaml"
[ "$(in_force)" = "$first" ] || fail "a diff changed the rules"

# In the shadow: seen, not obeyed; it outlives a restart.
says 1 'no rules are in the shadow' rules promote
says 0 'is in the shadow' rules shadow "$I/60-harm.yaml"
complete() { ctl --json rules shadow | sed -n 1p | grep '"complete":true' >/dev/null; }
until_ 20 complete || fail "the shadow does not end"
json 'r[0]["lost"] > 12 and r[0]["gained"] == 0 and r[1]["is"] == "exclude"' rules shadow
ctl status | grep -E '^shadow +60-harm.yaml: 0 pairs gained, [1-9]' >/dev/null ||
	fail "status does not tell of the shadow"
[ "$(in_force)" = "$first" ] || fail "the shadow is in force"
instance_stop
instance_start
until_ 20 complete || fail "the shadow did not come back"
json 'r[0]["lost"] > 12' rules shadow
says 0 'gone' rules shadow --off
says 0 'no rules are in the shadow' rules shadow

# Promoted: a file in rules.d, in force, the shadow gone, in the audit log.
says 0 'is in the shadow' rules shadow "$I/50-harmless.yaml"
says 0 'in force: .*/rules.d/50-harmless.yaml' rules promote
cmp -s "$I/50-harmless.yaml" "$I/rules.d/50-harmless.yaml" || fail "not written"
second=$(in_force)
[ "$second" != "$first" ] || fail "promoted, and not in force"
says 0 'no rules are in the shadow' rules shadow
ctl --json events list --kind rules.promoted | grep "$second" >/dev/null || fail "no event"
ctl --json audit list | grep '"cmd":"rules promote"' >/dev/null || fail "not audited"

# Refused: the folder does not compile by now; what was there is back.
sed 's/points: 2/points: 3/' "$I/50-harmless.yaml" >"$I/new.yaml"
mkdir "$I/other" && cp "$I/new.yaml" "$I/other/50-harmless.yaml"
says 0 . rules shadow "$I/other/50-harmless.yaml"
cp "$I/70-wrong.yaml" "$I/rules.d/"
says 1 'the former rules are back' rules promote
cmp -s "$I/50-harmless.yaml" "$I/rules.d/50-harmless.yaml" ||
	fail "the former file is not back"
rm "$I/rules.d/70-wrong.yaml"
[ "$(in_force)" = "$second" ] || fail "other rules are in force"
says 0 . rules shadow --off

# And back to the first.
json "len(r) == 2 and [x['in_force'] for x in r if x['id'] == '$second'] == [True]" \
	rules list
says 1 'no rule set' rules rollback ffff0000
says 0 . rules rollback "${first:0:12}"
[ "$(in_force)" = "$first" ] || fail "not rolled back"
[ ! -e "$I/rules.d/50-harmless.yaml" ] || fail "its file is still read"
cmp -s "$I/50-harmless.yaml" "$I/rules.d/50-harmless.yaml.replaced" ||
	fail "what was replaced is not kept"
says 0 . rules rollback "$second"
[ "$(in_force)" = "$second" ] || fail "not forward again"
ctl --json events list --kind rules.rolled_back | grep "$second" >/dev/null || fail "no event"
instance_stop
echo "$name: tested, compared, in the shadow, promoted, rolled back"
