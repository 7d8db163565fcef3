#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The real daemon with a region: invented people, agencies, advisers and offers
# are generated, imported, polled, matched, and every adviser gets a digest into
# a Maildir. Prints times, the engine's memory and how long `etrierctl status`
# takes meanwhile (its start included). Figures, never a timed test:
#
#   BUILD_DIR=build tests/bench/daemon.sh [PEOPLE [ADVISERS [OFFERS]]]
#
# One agency for 25 advisers. Offers come from a plain file server on loopback.
# Of each step the engine's time of the processor and what it wrote stand beside
# the time that passed, which other work on the machine makes longer.
#
# KEPT=FOLDER: what was made up to the restart is kept there, and taken from
# there when it exists, so that several builds begin alike.
set -u
: "${BUILD_DIR:?the build folder}"
people=${1:-180000} advisers=${2:-1500} offers=${3:-5000}
kept=${KEPT:-}
B=$(realpath "$BUILD_DIR")
I=$(mktemp -d)
daemon= feed=
finish() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; }
	[ -z "$feed" ] || kill "$feed"
	rm -rf "$I"
}
trap finish EXIT

# Two at once, or both may be the same.
read -r front feeds < <(python3 -c 'import socket
held = [socket.socket() for _ in range(2)]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))')
mkdir -p "$I"/{state,run,sources.d,secrets,feeds}
for key in needs token; do head -c 32 /dev/urandom >"$I/secrets/$key.key"; done
chmod -R go-rwx "$I"
cat >"$I/etrier.yaml" <<YAML
paths: {state: state, run: run, sources: sources.d, secrets: secrets,
  rules: $PWD/conf/rules.yaml, templates: $PWD/conf/templates,
  refdata: $PWD/conf/refdata}
origins: {region: {kind: ml, agency_column: true}}
mail: {transport: maildir, from_address: offres@etrier.example}
sms: {gateway: file}
front: {listen: "127.0.0.1:$front", base_url: "http://127.0.0.1:$front"}
planner: {windows: open, tick_s: 2}
YAML
generate() {
	python3 - "$I" "$people" "$advisers" "$offers" conf/refdata <<'PY'
import datetime, json, random, sys
out, people, advisers, offers = sys.argv[1], *map(int, sys.argv[2:5])
random.seed(7)
pick = random.choice
def first(name):
    return [l.split("\t")[0] for l in open(sys.argv[5] + "/" + name) if l[0] != "#"]
towns = [c for c in first("communes.tsv")
         if c[:2] in ("75", "77", "78", "91", "92", "93", "94", "95")]
trades = [r for r in first("rome_v3.tsv") if len(r) == 5 and r[1:].isdigit()]
agencies = max(1, advisers // 25)
with open(out + "/agencies.csv", "w") as f:
    print("code;name;kind;email;phone;insee", file=f)
    for a in range(agencies):
        print(f"A{a};Agence inventée {a};ml;a{a}@ml.example;01 99 00 12 34;{pick(towns)}", file=f)
with open(out + "/advisers.csv", "w") as f:
    print("ref;agency;first_name;last_name;email;phone;digest", file=f)
    for i in range(advisers):
        print(f"r{i};A{i % agencies};Prénom{i};Inventé;r{i}@ml.example;01 99 00 12 35;daily", file=f)
with open(out + "/youths.csv", "w") as f:
    print("ref;first_name;last_name;birth_date;phone;email;channel;agency;adviser;insee;rome;"
          "contracts;modes;max_minutes;licences;level;available_from;needs;status;"
          "consent_email;consent_sms;informed_on", file=f)
    for i in range(people):
        a = random.randrange(advisers)
        print(f"p{i};Prénom{i};Inventé;{random.randint(2001, 2009)}-{random.randint(1, 12):02}-15;"
              f"06 39 98 {i // 100 % 100:02} {i % 100:02};p{i}@jeune.example;none;A{a % agencies};r{a};"
              f"{pick(towns)};{','.join(random.sample(trades, 3))};apprenticeship,permanent,fixed_term;"
              f"transit,walk;{pick([30, 45, 60, 90])};none;{pick([3, 4])};2026-01-01;"
              f"{pick(['', '', '', 'loads:1:warn'])};active;no;no;2026-09-01", file=f)
today = datetime.date.today()
def day(n):
    return (today + datetime.timedelta(n)).isoformat()
json.dump([{"ref": f"G-{i}", "title": f"Poste inventé {i}", "rome": pick(trades),
            "employer": f"Entreprise {i}", "insee": pick(towns), "start": day(14), "posted": day(-1),
            "kind": pick(["Apprentissage", "CDI", "CDD"]), "text": "Une offre inventée. " * 15}
           for i in range(offers)], open(out + "/feeds/offers.json", "w"))
PY
}
serve() {
	(cd "$I/feeds" && exec python3 -m http.server "$feeds" \
		--bind 127.0.0.1 >/dev/null 2>&1) &
	feed=$!
}

ctl() { "$B/etrierctl" --config "$I/etrier.yaml" "$@"; }
now() { echo $(($(date +%s%N) / 1000000)); }
start() {
	began=$(now)
	"$B/etrierd" --config "$I/etrier.yaml" 2>>"$I/log" &
	daemon=$!
	until ctl status >/dev/null 2>&1; do
		kill -0 "$daemon" 2>/dev/null || { tail -n 5 "$I/log"; exit 1; }
		sleep 0.1
	done
	engine=$(pgrep -P "$daemon" -f -- '--role engine' | head -n 1)
	cpu=0 written=0
	echo "$1: answers after $(($(now) - began)) ms; $(memory)"
	spend
}
memory() {
	awk '/VmRSS/ { r = $2 } /VmHWM/ { h = $2 }
		END { printf "engine %d MB, at most %d MB", r / 1000, h / 1000 }' \
		"/proc/$engine/status"
	local c w
	c=$(engine_cpu) w=$(engine_written)
	echo "; processor $((c - cpu)) ms, written $(((w - written) / 1000)) kB"
}
# What the next line counts from.
spend() {
	cpu=$(engine_cpu) written=$(engine_written)
}
engine_cpu() { # ms; the name in brackets may hold blanks
	sed 's/.*) //' "/proc/$engine/stat" |
		awk -v hz="$(getconf CLK_TCK)" '{ print int(($12 + $13) * 1000 / hz) }'
}
engine_written() {
	awk '/^write_bytes/ { print $2 }' "/proc/$engine/io"
}
# until_status WHAT PATTERN: how long until status says so.
until_status() {
	local began worst=0 asked took
	spend
	began=$(now)
	while :; do
		asked=$(now)
		ctl status --json >"$I/status"
		took=$(($(now) - asked))
		[ "$took" -le "$worst" ] || worst=$took
		grep -qE "$2" "$I/status" && break
		sleep 0.3
	done
	echo "$1: $(($(now) - began)) ms; status took at most $worst ms; $(memory)"
}
timed() {
	local began
	spend
	began=$(now)
	"${@:2}" >"$I/out" 2>&1 || { cat "$I/out"; exit 1; }
	echo "$1: $(($(now) - began)) ms; $(memory)"
}

first_days() {
	generate
	serve
	start "empty"
	timed "agencies" ctl import agencies "$I/agencies.csv"
	timed "advisers" ctl import advisers "$I/advisers.csv"
	timed "$people people" ctl import youths "$I/youths.csv" --origin region
	until_status "settled" '"waiting_to_be_matched": ?0[,}]'
	cat >"$I/sources.d/bench.yaml" <<YAML
name: bench
kind: json
url: http://127.0.0.1:$feeds/offers.json
every: 12h
delivers: complete
allow_private: true
fields: {ref: ref, title: title, rome: rome, employer.name: employer,
  place.insee: insee, start: start, posted: posted, kind: kind, description: text}
YAML
	timed "reload" ctl reload
	until_status "$offers offers polled and matched" "\"offers\": ?\{\"live\": ?$offers,"
	until_status "settled" '"waiting_to_be_matched": ?0[,}]'
	kill "$daemon" && wait "$daemon"
	[ -z "$kept" ] || { mkdir -p "$kept" && cp -a "$I"/{state,secrets,sources.d} "$kept"; }
}

if [ -n "$kept" ] && [ -e "$kept/state" ]; then
	cp -a "$kept"/{state,secrets,sources.d} "$I"
else
	first_days
fi
start "restarted"
until_status "settled" '"waiting_to_be_matched": ?0[,}]'
go_live() {
	local code
	for code in $(ctl agency list --json | sed -n 's/.*"code":"\([^"]*\)".*/\1/p'); do
		ctl agency set "$code" mode digest_only >/dev/null 2>&1
	done
}
timed "agencies begin" go_live
# With open windows somebody may have a second one already.
until_status "$advisers digests" "\"sent\": ?($advisers|$((advisers + 1))|$((advisers + 2)))[,}]"
for words in "outbox list" ledger "events list" "youths list" "offers list" \
	"digest show --adviser A0:r0"; do
	# shellcheck disable=SC2086 # several words
	timed "$words" ctl $words
done
