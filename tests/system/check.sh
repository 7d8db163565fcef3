#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A configuration with twelve different mistakes in four files: etrierctl check
# reports every one of them in one run, with file:line:column and the remedy,
# exits 1, and --json says the same, one object a line. Without the mistakes it
# exits 0.
name=system.check
. tests/system/instance.sh

instance_new
cp -r conf/templates "$I/templates"
cp conf/rules.yaml "$I/rules.yaml"
sed -i -e "s|rules: .*|rules: rules.yaml|" \
	-e "s|templates: .*|templates: templates|" "$I/etrier.yaml"
ctl check >"$I/out" 2>&1 || fail "before: $(cat "$I/out")"

# --- the configuration: four
cat >>"$I/etrier.yaml" <<-'YAML'
	  colour: yes
	web:
	  listen: "127.0.0.1:80"
YAML
sed -i -e 's/^  tick_s: 1$/  tick_s: soon/' \
	-e 's/^  windows: open$/  windows: opne/' "$I/etrier.yaml"
# --- the rules: three
sed -i -e 's/^  send: 65$/  send: 650/' \
	-e 's/^unknown_cost:$/unknown_costs:/' \
	-e 's/^  check: 45$/  check: many/' "$I/rules.yaml"
# --- a source: four
cat >"$I/sources.d/one.yaml" <<-'YAML'
	name: one
	kind: jsno
	url: ftp://partner.example/offers
	every: 5 fortnights
	delivers: complete
	fields:
	  ref: id
	  titel: name
YAML
# --- a template: one
echo '{{#offers}}never closed' >>"$I/templates/fr/digest.txt.mustache"

ctl check >"$I/out" 2>&1
[ $? -eq 1 ] || fail "not 1"
said() { # said FILE:LINE WORDS: on one line, with a column, as an error
	grep -E "^[^ ]*$1:[0-9]+: error: .*$2" "$I/out" >/dev/null ||
		fail "not said: $1 $2, in: $(cat "$I/out")"
}
line() { grep -nF -- "$1" "$I/$2" | head -n 1 | cut -d: -f1; }
said "etrier.yaml:$(line 'colour:' etrier.yaml)" 'unknown key "colour"'
said "etrier.yaml:$(line 'web:' etrier.yaml)" 'unknown key "web"'
said "etrier.yaml:$(line 'tick_s:' etrier.yaml)" 'tick_s'
said "etrier.yaml:$(line 'windows:' etrier.yaml)" '"opne".*did you mean "open"'
said "rules.yaml:$(line 'send: 650' rules.yaml)" 'send'
said "rules.yaml:$(line 'check: many' rules.yaml)" 'check'
said "rules.yaml:$(line 'unknown_costs:' rules.yaml)" 'unknown_costs'
said "one.yaml:2" '"jsno"'
said "one.yaml:3" 'url must begin with https'
said "one.yaml:4" 'every'
said "one.yaml:8" 'no field "titel".*did you mean "title"'
said "digest.txt.mustache:[0-9]+" 'offers'
grep -qE '^1[2-9] errors' "$I/out" || fail "not counted: $(tail -n 1 "$I/out")"

# The same for programs.
ctl check --json >"$I/json" 2>/dev/null
[ $? -eq 1 ] || fail "--json: not 1"
/usr/bin/python3 - "$I/json" <<-'PY' || fail "--json: $(head -n 3 "$I/json")"
	import json, sys
	rows = [json.loads(line) for line in open(sys.argv[1])]
	errors = [r for r in rows if r.get("level") == "error"]
	assert len(errors) >= 12, len(errors)
	assert len({r["file"] for r in errors}) == 4
	assert all(r["line"] > 0 and r["col"] > 0 for r in errors)
PY
ctl config show --json 2>/dev/null >"$I/json"
/usr/bin/python3 -c 'import json, sys
assert len([json.loads(l)["key"] for l in sys.stdin]) > 30' <"$I/json" ||
	fail "config show --json: $(head -n 3 "$I/json")"
# And the daemon does not start with it: configuration, 78.
"$BUILD_DIR/etrierd" --config "$I/etrier.yaml" >>"$I/log" 2>&1
[ $? -eq 78 ] || fail "etrierd: not 78"
echo "$name: ok"
