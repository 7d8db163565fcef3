#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Partner APIs in the ways they are asked, the real daemon against a scripted
# server (tests/fake/apis.py): France Travail with tokens that expire, ranges
# that end at 3 150, parts, a 429; La bonne alternance searched and exported;
# pages by number, offset, link, token and POST; keys three ways.
set -u
name=system.apis
. tests/peers.sh
. tests/daemon.sh

instance_new
helper apis.py
base=http://127.0.0.1:$port
secret() { (umask 077 && printf '%s\n' "$2" >"$folder/secrets/$1"); }
secret ft 's&cret=1'
secret lba lba-key
secret password 'mot de passe'
secret key clef
ask() { /usr/bin/python3 -c 'import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode())' "$base$1"; }
tries=$folder/sources.d

source_file() { # source_file NAME KIND PATH DELIVERS, more on stdin
	{
		cat <<-YAML
		name: $1
		kind: $2
		url: $base$3
		delivers: $4
		allow_private: true
		min_interval_ms: 0
		YAML
		cat
	} >"$tries/$1.yaml"
}
simple='fields: {ref: id, title: title, rome: rome, place.postcode: cp, place.city: city, kind: kind}'
ft_fields=$(sed -n '/^false_means/,$p' conf/sources.d/examples/france-travail.yaml)

source_file ft france_travail /ft/offres/search complete <<-YAML
auth: {kind: oauth2, token_url: "$base/ft/token", client_id: PAR_x, client_secret_file: ft, scope: "api_offresdemploiv2 o2dsoffre"}
departements: ["75", "93"]
natures: [E2, FS]
max_offers: 60000
$ft_fields
YAML
lba='fields: {ref: identifier.id, title: offer.title, rome: offer.rome_codes, kind: contract.type, place.text: workplace.location.address, place.lat: workplace.location.geopoint.coordinates.1, place.lon: workplace.location.geopoint.coordinates.0, status: offer.status, url: apply.url}'
source_file lba-search labonnealternance /lba/search window <<-YAML
auth: {kind: bearer, token_file: lba}
split: [{parameter: departements, values: ["75", "93", "94"]}]
$lba
YAML
source_file lba-export labonnealternance /lba/export complete <<-YAML
mode: export
auth: {kind: bearer, token_file: lba}
$lba
YAML
plain() { source_file "$1" json "/$1" complete; }
plain pages <<-YAML
records: jobs
paging: {by: page, parameter: page, size: 10}
$simple
YAML
plain offset <<-YAML
records: jobs
count: total
paging: {by: offset, parameter: start}
$simple
YAML
plain link <<-YAML
records: jobs
paging: {by: link}
$simple
YAML
plain cursor <<-YAML
records: jobs
paging: {by: cursor, parameter: token, next: meta.next}
$simple
YAML
plain post <<-YAML
records: jobs
json: {where: {region: IDF}}
paging: {by: page, parameter: Page, pages: pageCount}
$simple
YAML
plain basic <<-YAML
records: jobs
auth: {kind: basic, user: nom, password_file: password}
$simple
YAML
plain bearer <<-YAML
records: jobs
auth: {kind: bearer, token_file: key}
$simple
YAML
plain header <<-YAML
records: jobs
auth: {kind: header, name: authorization, prefix: "Token ", token_file: key}
$simple
YAML

for from in list sitemap; do
	[ "$from" = list ] && address=/site || address=/sitemap.xml
	source_file "site-$from" jsonld $address complete <<-YAML
	pages: {from: $from, match: "/offres/*"}
	YAML
done
source_file closed jsonld /site/closed complete </dev/null

instance_config
ctl check || fail "check"
ctl config show 2>/dev/null | grep -q 'cret=1\|lba-key\|mot de passe' &&
	fail "config show prints a secret"
ask "/set?fail=429" >/dev/null
daemon_start
want="ft:400 lba-search:3 lba-export:7 pages:25 offset:25 link:25 cursor:25 post:25 basic:1 bearer:1 header:1 site-list:4 site-sitemap:4"
live() { # live NAME N: so many live offers, and the last poll was good
	ctl --json sources list 2>/dev/null | /usr/bin/python3 -c '
import json, sys
for r in map(json.loads, sys.stdin):
    if r["name"] == sys.argv[1]:
        sys.exit(r["live"] != int(sys.argv[2]) or r["failures"] != 0)
sys.exit(1)' "$1" "$2"
}
for pair in $want; do
	until_ 40 live "${pair%:*}" "${pair#*:}" ||
		{ ctl sources list; fail "$pair offers"; }
done
until_ 20 grep -q 'poll.failed source=closed .*robots.txt' "$log" ||
	fail "a page that robots.txt forbids was read"
# The 429 on the first page of ft fails that poll; the next is minutes away.
ask /log >"$work/asked"
/usr/bin/python3 - "$work/asked" <<'PY' || fail "what was asked"
import json, sys
asked = json.load(open(sys.argv[1]))
ft = [a for a in asked if "/ft/offres/search" in a]
assert all("natureContrat=E2%2cFS" in a for a in ft), ft
assert sum("range=0-0" in a for a in ft) >= 2, ft
assert sum("departement=93" in a and "range=0-149" in a for a in ft) == 1, ft
assert not [a for a in asked if "secret" in a or "contact" in a or
            a == "/site/closed"], "robots.txt or match was not heeded"
assert sum("departement=75" in a and "range=0-149" in a for a in ft) == 0, ft
PY
# More than the API shows, and tokens that expire on the way.
ask "/set?ft_total=4000&fail=401" >/dev/null
ctl sources poll ft >/dev/null
until_ 60 live ft 4000 || { ctl sources list; fail "4000 offers in parts"; }
polled() { [ "$(grep -c 'engine poll.done source=ft' "$log")" -ge "$1" ]; }
until_ 30 polled 2 || fail "no end of the second poll"
# A shrunken answer closes nothing, one that is told to be true does.
ask "/set?ft_total=100&fail=" >/dev/null
ctl sources poll ft >/dev/null
until_ 40 polled 3 || fail "no third poll"
live ft 4000 || { ctl sources list; fail "a shrunken answer closed offers"; }
ctl status | grep -q 'ft' || fail "status says nothing of it"
# One page that fails once costs nothing.
ask "/set?fail=500" >/dev/null
ctl sources poll pages >/dev/null
until_ 20 test "$(grep -c 'engine poll.done source=pages' "$log")" -ge 1
until_ 20 live pages 25 || fail "a page that failed once"
# The export of the same day is not fetched again.
before_n=$(ask /log | grep -o 'lba/file' | wc -l)
ctl sources poll lba-export >/dev/null
until_ 20 grep -q 'source=lba-export result=unchanged' "$log" ||
	fail "the same export again is not unchanged"
[ "$(ask /log | grep -o 'lba/file' | wc -l)" -eq "$before_n" ] ||
	fail "the same export was fetched again"
# The newest only: what they show no more is looked up, one by one.
source_file ft-window france_travail /ft/offres/search window <<-YAML
auth: {kind: oauth2, token_url: "$base/ft/token", client_id: PAR_x, client_secret_file: ft, scope: "api_offresdemploiv2 o2dsoffre"}
departements: ["93"]
detail: {url: "$base/ft/offres/{ref}", max: 10}
licence: {name: Licence, show: true, refresh_h: 24, strip_withdrawn: [description, employer.name]}
$ft_fields
YAML
# Gone from a window is not gone; unseen for a day, the offer is looked up.
polled_window() { # polled_window N: the N-th poll of ft-window has ended
	[ "$(grep -c 'engine poll.done source=ft-window' "$log")" -ge "$1" ]
}
# is STATUS [stripped]: what offers show says of it; its copy of ft is another.
is() {
	ctl --json offers show "ft-window:$gone" 2>/dev/null | /usr/bin/python3 -c '
import json, sys
o = json.loads(sys.stdin.readline())
whole = "description" in o and "name" in o.get("employer", {})
bare = "description" not in o and "name" not in o.get("employer", {})
sys.exit(o["status"] != sys.argv[1] or
         not (bare if len(sys.argv) > 2 else whole))' "$@"
}
ctl reload >/dev/null || fail "reload"
until_ 30 polled_window 1 || fail "no poll of the window"
gone=FT00007
ask "/set?gone=$gone" >/dev/null
ctl sources poll ft-window >/dev/null
until_ 30 polled_window 2 || fail "no second poll of the window"
is live || fail "a window closed $gone"
ask /log | grep -q '/ft/offres/FT' && fail "looked up before its time"
daemon_stop || fail "stop before the next day"
clock_at 23:00
daemon_start
until_ 40 is withdrawn stripped ||
	{ ctl offers show "ft-window:$gone"; fail "$gone is not withdrawn"; }
ask /log | grep -q "/ft/offres/$gone" || fail "$gone was not looked up"
[ "$(ask /log | grep -o '/ft/offres/FT' | wc -l)" -le 10 ] ||
	fail "more were looked up than the source says"
grep -qE 'clef|lba-key|cret|token[0-9]' "$log" && fail "a key in the log"
daemon_stop || fail "stop: $?"
say "APIs asked page by page, in parts and with keys; 4 000 offers behind a reach of 3 150; one gone from a window"
