#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Importing with the real programs: what is new, changed, gone; rejected rows
# in their own file; guards; exit statuses 0 to 4. And nobody in the log.
name=system.import
. tests/system/instance.sh

try() { # try WANT-STATUS WANT-WORDS ARGS...: output in $I/out
	local want=$1 words=$2
	shift 2
	ctl "$@" >"$I/out" 2>&1
	local got=$?
	[ "$got" -eq "$want" ] || fail "$*: $got, not $want: $(cat "$I/out")"
	grep -qF -- "$words" "$I/out" ||
		fail "$*: \"$words\" is not in: $(cat "$I/out")"
}
people() { # how many are active
	ctl youths list --json --limit 1000 | wc -l
}

instance_new
y=$I/youths.csv

# 4: nobody there; 2: usage; both before anything is read or written.
try 4 "not running" import youths "$y" --origin ml-est
try 2 "wants --origin" import youths "$y"
try 2 "did you mean --dry-run" import youths "$y" --dry-rum
instance_start

# Rows that name what is not known are rejected, not guessed.
try 3 "import agencies first" import youths "$y" --origin ml-est
[ "$(people)" -eq 0 ] || fail "people of an unknown agency"
try 0 "2 new" import agencies "$I/agencies.csv"
try 3 "import advisers first" import youths "$y" --origin ml-est
try 0 "3 new" import advisers "$I/advisers.csv"
rm "$y.rejected.csv"

# A dry run tells and writes nothing; then it is done, once.
try 0 "5 new" import youths "$y" --origin ml-est --dry-run
[ "$(people)" -eq 0 ] || fail "a dry run wrote"
try 0 "5 new, 0 changed, 0 unchanged, 0 gone" import youths "$y" --origin ml-est
try 0 "5 unchanged" import youths "$y" --origin ml-est
[ -e "$y.rejected.csv" ] && fail "a file of rejected rows without one"
try 1 "no origin of the configuration" import youths "$y" --origin nowhere

# Rejected rows: line, column and reason beside the row as it was; the others
# are applied; a rejected row does not count as gone.
sed -e '2s/2004-05-17/17-05-2004/' -e '3s/sarah/nobody/' \
	-e '4s/;Noé;/;Noël;/' "$y" >"$I/bad.csv"
printf '0001;Lina;Essai\n' >>"$I/bad.csv"
try 1 "nothing was written" import youths "$I/bad.csv" --origin ml-est --strict
try 3 "0 new, 1 changed, 2 unchanged, 0 gone, 0 back, 3 rejected" \
	import youths "$I/bad.csv" --origin ml-est
r=$I/bad.csv.rejected.csv
[ "$(stat -c %a "$r")" = 600 ] || fail "rejected rows are open to others"
/usr/bin/python3 - "$r" <<'PY' || fail "$(cat "$r")"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig"),
                           delimiter=";"))
assert [(x["line"], x["column"], x["ref"]) for x in rows] == [
    ("2", "birth_date", "0001"), ("3", "adviser", "0002"), ("7", "ref", "0001")
], rows
assert rows[0]["birth_date"] == "17-05-2004"
PY
[ "$(people)" -eq 5 ] || fail "rejected rows are gone"

# Windows-1252 with commas, by a map, into the other origin.
printf 'N\xb0,Pr\xe9nom,Accord\r\nc1,Zo\xe9,Oui\r\nc2,"L\xe9a, dite L\xe9",Non\r\n' \
	>"$I/cfa.csv"
cat >"$I/map.yaml" <<'YAML'
columns: {N°: ref, Prénom: first_name, Accord: consent_email}
values:
  consent_email: {Oui: yes, Non: no}
YAML
try 0 "Windows-1252, separator \",\", 2 rows" \
	import youths "$I/cfa.csv" --origin cfa-pain --map "$I/map.yaml"
try 0 "first_name: Léa, dite Lé" youths show cfa-pain:c2
try 0 "consent_email: yes" youths show cfa-pain:c1
printf 'columns: {N: reff}\n' >"$I/map.yaml"
try 1 "map.yaml:1:14: error" \
	import youths "$I/cfa.csv" --origin cfa-pain --map "$I/map.yaml"

# A cut file is not believed until it is forced.
awk 'NR == 1 { print } NR > 1 { for (i = 1; i < 5; i++) print i $0 }' "$y" \
	>"$I/many.csv"
printf 'constants: {agency: ML-EST}\n' >"$I/map.yaml"
try 0 "20 new" import youths "$I/many.csv" --origin both --map "$I/map.yaml"
head -n 14 "$I/many.csv" >"$I/cut.csv"
try 3 "Is the file whole" \
	import youths "$I/cut.csv" --origin both --map "$I/map.yaml"
[ "$(people)" -eq 27 ] || fail "a cut file was believed"
try 0 "7 gone" import youths "$I/cut.csv" --origin both --map "$I/map.yaml" \
	--force
[ "$(people)" -eq 20 ] || fail "--force did nothing"
try 0 "7 back" import youths "$I/many.csv" --origin both --map "$I/map.yaml"
head -n 1 "$y" >"$I/empty.csv"
try 3 "Is the file whole" \
	import youths "$I/empty.csv" --origin both --map "$I/map.yaml"

# From standard input; and a social-security number is not stored anywhere.
ctl import agencies - <"$I/agencies.csv" >"$I/out" 2>&1 || fail "from stdin"
{ head -n 1 "$y"; sed -n '2s/;Lina;/;290027511100160;/p' "$y"; } >"$I/nir.csv"
try 3 "social-security" import youths "$I/nir.csv" --origin ml-est --dry-run
grep -q 290027511100160 "$I/out" && fail "the number is repeated"

# What is refused is told, once, listed, and taken back.
try 0 "not proposed any more" youths refuse cfa-pain:c1 --place 93048
try 0 "nothing to change" youths refuse cfa-pain:c1 --place 93048
try 0 "not proposed any more" youths refuse cfa-pain:c1 \
	--employer "130 027 972 00012"
try 1 "no commune" youths refuse cfa-pain:c1 --place 99999
try 1 "never showed" youths refuse cfa-pain:c1 --offer none:1
try 2 "say one of" youths refuse cfa-pain:c1
try 2 "say one of" youths refuse cfa-pain:c1 --place 93048 --employer X
ctl youths show cfa-pain:c1 --json >"$I/out"
grep -q 130027972 "$I/out" && grep -q '"93048"' "$I/out" || fail "not listed"
try 0 "taken back" youths accept cfa-pain:c1 --place 93048
try 0 "nothing to change" youths accept cfa-pain:c1 --place 93048
ctl youths show cfa-pain:c1 --json | grep -q '"93048"' && fail "still listed"
[ "$(ctl events list --kind refused --json | wc -l)" -eq 2 ] || fail "events"

instance_stop
[ "$status" -eq 0 ] || fail "stopped: $status"
if grep -E 'Lina|Yanis|Noé|Awa|Essai|@|0?6 ?39|33639|290027' "$I/log" |
	grep -v '^/'; then
	fail "the log names somebody"
fi
echo "$name: counts, rejects, guards, statuses 0 to 4"
