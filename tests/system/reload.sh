#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A configuration that does not check is never in force: etrierctl reload and
# SIGHUP, good and bad. Every mistake reaches the asker with file:line:column,
# the old configuration goes on working, lanes come and go, a setting that
# wants a restart is refused by its name; a bad configuration at the start and
# a second daemon on the same folder end with their status and the remedy.
set -u
name=system.reload
. tests/peers.sh
. tests/daemon.sh

# refused PATTERN...: a reload is refused, exit 1; every pattern is in what
# etrierctl prints, and the log says that the old one is kept.
refused() {
	local pattern kept
	kept=$(grep -c config.kept "$log")
	ctl reload >"$work/out" 2>&1
	[ $? -eq 1 ] || { cat "$work/out"; fail "reload of $1 was not refused with 1"; }
	for pattern; do
		grep -qE -- "$pattern" "$work/out" ||
			{ cat "$work/out"; fail "not said: $pattern"; }
	done
	[ "$(grep -c config.kept "$log")" -gt "$kept" ] || fail "not logged"
	goes_on
}

# The old configuration works: the engine answers, its sources are those of
# before, the roles are the same processes.
goes_on() {
	[ "$(ctl --json sources list 2>/dev/null | grep -c '"name"')" -eq "$sources" ] ||
		fail "other sources than before"
	[ "$(roles | sort)" = "$(sort "$work/roles")" ] ||
		fail "other processes than before"
}

accepted() {
	ctl reload >"$work/out" 2>&1 || { cat "$work/out"; fail "reload: $*"; }
}

source_file() { # source_file NAME: one that is never due twice in a test
	cat >"$folder/sources.d/$1.yaml" <<-YAML
	name: $1
	kind: json
	url: http://127.0.0.1:$port/artisans-idf.json
	every: 15m
	delivers: complete
	allow_private: true
	records: data.offres
	fields: {ref: reference, title: metier.titre}
	YAML
}

instance_new
helper etrier-demo-http tests/golden/feeds
source_file one
instance_config
daemon_start
all_running || fail "not all roles run"
roles >"$work/roles"
sources=1
goes_on

# Good: by command, and by SIGHUP.
source_file two
accepted "a source more"
sources=2
goes_on
say "a good reload takes a new source, no process is started anew"
rm "$folder/sources.d/two.yaml"
before_hup=$(grep -c config.reloaded "$log")
kill -HUP "$daemon"
for _ in $(seq 100); do
	[ "$(grep -c config.reloaded "$log")" -gt "$before_hup" ] && break
	sleep 0.1
done
sources=1
for _ in $(seq 20); do
	[ "$(ctl --json sources list 2>/dev/null | grep -c '"name"')" -eq 1 ] && break
	sleep 0.1
done
goes_on
say "SIGHUP does the same"

# Bad, each where it is.
cp "$config" "$work/good.yaml"
printf 'planer:\n  tick_s: 2\n' >>"$config"
line=$(grep -n '^planer' "$config" | cut -d: -f1)
refused "etrier.yaml:$line:1: .*planer.*planner"
cp "$work/good.yaml" "$config"
say "an unknown key, with its place and the nearest known one"

sed -i 's/^kind: json/kind: jsn/; s/^every: 15m/every: 15x/' "$folder/sources.d/one.yaml"
refused 'one\.yaml:2:7: .*jsn' 'one\.yaml:4:8: .*every is written'
source_file one
say "two mistakes of a source, both"

cp "$folder/rules.yaml" "$work/rules.yaml"
printf 'no_such_section: 1\n' >>"$folder/rules.yaml"
line=$(wc -l <"$folder/rules.yaml")
printf '{{#people}}\nnever closed\n' >>"$folder/templates/fr/digest.txt.mustache"
refused "rules\.yaml:$line:1: .*no_such_section" 'digest\.txt\.mustache:[0-9]+:[0-9]+: '
kept=$(grep -c config.kept "$log")
kill -HUP "$daemon"
for _ in $(seq 100); do
	[ "$(grep -c config.kept "$log")" -gt "$kept" ] && break
	sleep 0.1
done
grep -q "config.diagnostic.*rules\.yaml:$line:1:" "$log" ||
	fail "SIGHUP: the mistake is not in the log"
goes_on
say "rules (engine) and templates (courier) in one answer; by SIGHUP in the log"

# 78 at the start with the same: nothing polled, nothing planned.
cp "$log" "$work/log"
daemon_stop || fail "stop: $?"
: >"$work/start"
"$BUILD_DIR/etrierd" --config "$config" 2>"$work/start"
status=$?
cat "$work/start" >>"$log"
[ "$status" -eq 78 ] || fail "start with bad rules: $status, not 78"
grep -q "rules\.yaml:$line:1:" "$work/start" || fail "78 without the place"
grep -q 'poll.done\|plan\.' "$work/start" && fail "it worked before it knew"
cp -r conf/templates/. "$folder/templates/"
cp "$work/rules.yaml" "$folder/rules.yaml"
printf 'planner: 3\n' >"$config"
"$BUILD_DIR/etrierd" --config "$config" 2>"$work/start"
[ $? -eq 78 ] || fail "start with a bad etrier.yaml: not 78"
grep -q 'etrier\.yaml:1:' "$work/start" || fail "78 without the place"
"$BUILD_DIR/etrierd" --config "$folder/none.yaml" 2>"$work/start"
[ $? -eq 78 ] || fail "start without an etrier.yaml: not 78"
grep -q 'none\.yaml' "$work/start" || fail "78 without the name"
cp "$work/good.yaml" "$config"
say "78 at the start, with the place, before any work"

# A setting of a running daemon that wants a restart.
daemon_start
all_running || fail "not all roles run"
roles >"$work/roles"
sed -i "s/listen: \"127.0.0.1:$front_port\"/listen: \"127.0.0.1:$(free_port)\"/" "$config"
refused 'front\.listen.*restart'
cp "$work/good.yaml" "$config"
say "a restart-only setting is refused by its name"

# Lanes come and go.
sed -i 's/maildir: mail,/maildir: mail, lanes: 3,/' "$config"
accepted "a lane more"
all_running || fail "the new lane does not run"
for _ in $(seq 50); do [ -n "$(pid_of mail-3)" ] && break; sleep 0.1; done
[ -n "$(pid_of mail-3)" ] || fail "no third lane"
sed -i 's/lanes: 3/lanes: 1/' "$config"
accepted "two lanes less"
for _ in $(seq 100); do [ -z "$(pid_of mail-2)$(pid_of mail-3)" ] && break; sleep 0.1; done
[ -z "$(pid_of mail-2)$(pid_of mail-3)" ] || fail "the lanes are still there"
[ -n "$(pid_of mail-1)" ] || fail "the first lane is gone"
cp "$work/good.yaml" "$config"
accepted "the former lanes"
say "lanes 2 -> 3 -> 1 -> 2"

# Two at the same time: one is told to try again, or both are done.
ctl reload >"$work/a" 2>&1 &
first=$!
ctl reload >"$work/b" 2>&1
second=$?
wait "$first"
status=$?
[ $((status + second)) -le 1 ] || fail "two reloads at once: $status, $second"
[ "$second" -eq 0 ] || grep -q 'another reload' "$work/b" "$work/a" || fail "no reason"

# A second daemon on the same folder.
"$BUILD_DIR/etrierd" --config "$config" 2>"$work/second"
[ $? -eq 1 ] || fail "a second daemon: not 1"
grep -q "in use by another etrierd.*$daemon.*paths.state" "$work/second" ||
	{ cat "$work/second"; fail "no remedy"; }
all_running 5 || fail "the first daemon suffered"
say "a second daemon is refused, with the remedy"
daemon_stop || fail "stop: $?"
ctl reload >"$work/out" 2>&1
[ $? -eq 4 ] || fail "reload without a daemon: not 4"
say "4 when nobody runs"
