#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Two sources that show the same posts, with the real programs: one line a post
# in `offers list`, every link and the reason in `offers show`, what changed in
# its history; forty stores of a chain stay forty.
name=system.copies
. tests/system/instance.sh

web=
trap '[ -z "$web" ] || kill "$web"; instance_end' EXIT

feed() { # feed NAME START: the JSON of one source
	/usr/bin/python3 - "$1" "$2" <<'PY'
import json, sys
name, start = sys.argv[1:]
text = ("Notre maison fabrique chaque jour son pain au levain pour les "
        "habitants du quartier. Vous préparez les pâtes, surveillez la pousse, "
        "façonnez et enfournez sous la conduite du maître d'apprentissage. "
        "Vous tenez le fournil propre et participez aux commandes. ")
end = {"one": "Repos le dimanche.", "two": "Postulez en ligne."}[name]
title = {"one": "Apprenti boulanger H/F", "two": "Boulanger (h/f) - Montreuil"}
towns = ["93001", "93005", "93006", "93007", "93008", "93010", "93013", "93014",
         "93015", "93027", "93029", "93030", "93031", "93032", "93033", "93039",
         "93045", "93046", "93047", "93049", "93050", "93051", "93053", "93055",
         "93057", "93061", "93062", "93063", "93064", "93066", "93070", "93071",
         "93072", "93073", "93074", "93077", "93078", "93079", "92004", "92012"]
offers = [{"id": "b1", "title": title[name], "insee": "93048", "start": start,
           "employer": {"one": "Le Fournil Inventé",
                        "two": "FOURNIL INVENTE SARL"}[name],
           "url": f"https://{name}.example/b1", "rome": "D1102",
           "text": text + end}]
offers += [{"id": f"s{i}", "title": "Vendeur H/F", "insee": town,
            "employer": "Chaîne Inventée", "rome": "D1106",
            "url": "https://chain.example/jobs", "text": text + end}
           for i, town in enumerate(towns)]
print(json.dumps({"offers": offers}))
PY
}

source_file() { # source_file NAME
	cat >"$I/sources.d/$1.yaml" <<-YAML
	name: $1
	kind: json
	url: http://127.0.0.1:$port/$1.json
	every: 15m
	delivers: complete
	allow_private: true
	min_interval_ms: 0
	records: offers
	fields: {ref: id, title: title, rome: rome, place.insee: insee, employer.name: employer, description: text, start: start, url: url, kind: {const: apprenticeship}}
	YAML
}

live() { # how many posts are live
	ctl offers list --json --limit 1000 | wc -l
}

until_live() { # until_live N: wait for so many posts
	local i
	for ((i = 0; i < 150; i++)); do
		[ "$(live)" -eq "$1" ] && return
		sleep 0.2
	done
	ctl sources list
	fail "$(live) posts, not $1"
}

shown() { # shown SOURCE:REF PYTHON: an expression about the object `o`
	ctl offers show "$1" --json >"$I/shown" || fail "offers show $1"
	/usr/bin/python3 - "$I/shown" "$2" <<'PY' || fail "$1: $2: $(cat "$I/shown")"
import json, sys
o = json.load(open(sys.argv[1]))
sys.exit(not eval(sys.argv[2]))
PY
}

instance_new
mkdir "$I/web"
port=$(free_port)
/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$I/web" "$port" \
	>/dev/null 2>&1 &
web=$!
feed one 2027-09-01 >"$I/web/one.json"
feed two 2027-09-15 >"$I/web/two.json"
source_file one
instance_start
until_live 41
source_file two
ctl reload >/dev/null || fail "reload"
for _ in $(seq 100); do
	ctl offers show two:s39 >/dev/null 2>&1 && break
	sleep 0.2
done
until_live 41

shown two:b1 'len(o["copies"]) == 2'
shown two:b1 'sorted(c["url"] for c in o["copies"]) == ["https://one.example/b1", "https://two.example/b1"]'
shown two:b1 'any("same employer, title and commune; text" in c.get("reason", "") for c in o["copies"])'
shown one:s7 'len(o["copies"]) == 2 and o["place"]["insee"] == "93014"'
[ "$(ctl offers show one:b1 --json | grep -o '"id":[0-9]*')" = \
	"$(ctl offers show two:b1 --json | grep -o '"id":[0-9]*')" ] ||
	fail "one post has two ids"
ctl offers show two:b1 | grep -q '^copies:$' || fail "no block of copies"

# A change is told before and after.
feed one 2027-09-08 >"$I/web/one.json"
ctl sources poll one >/dev/null || fail "poll"
for _ in $(seq 100); do
	ctl offers show one:b1 --json | grep -q '"start":\["2027-09-01","2027-09-08"\]' && break
	sleep 0.2
done
shown one:b1 'any(h.get("changes", {}).get("start") == ["2027-09-01", "2027-09-08"] for h in o["history"])'

# Gone from one source it is live by the other.
rm "$I/sources.d/two.yaml"
ctl reload >/dev/null || fail "reload"
until_live 41
[ -z "$(ctl offers review)" ] || fail "something waits for review"
instance_stop
echo "$name: 81 offers, 41 posts"
