#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A whole étrier in one folder, for the system tests. Sourced:
#
#   name=system.import
#   . tests/system/instance.sh
#   instance_new          makes the folder $I, its configuration and files
#   instance_start        starts etrierd and waits until it answers
#   ctl ARGS...           etrierctl on this instance
#   instance_stop         asks it to stop and takes its exit status
#   fail WORDS...         says what went wrong, shows the log, exits 1
#
# Nothing leaves the folder: mail into $I/state/mail, SMS into $I/state/sms,
# the front on 127.0.0.1:$PORT. Windows are open. Everybody is invented. A trap
# stops the daemon and removes the folder; KEEP=1 keeps it.
# Run by itself it proves that: made, started, asked, stopped.
set -u -o pipefail
: "${BUILD_DIR:?the build folder}"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}
I= PORT= daemon=

fail() {
	echo "${name:-instance}: $*"
	[ -z "$I" ] || tail -n 25 "$I/log" 2>/dev/null | cut -c1-300
	exit 1
}

ctl() {
	"$BUILD_DIR/etrierctl" --config "$I/etrier.yaml" "$@"
}

instance_end() {
	local key
	[ -z "$daemon" ] || kill -TERM "$daemon" 2>/dev/null
	[ -z "$daemon" ] || wait "$daemon" 2>/dev/null
	# tests/lint/logs.sh reads every daemon's log.
	[ ! -e "$I/log" ] || { mkdir -p "$BUILD_DIR/test-logs" &&
		cp "$I/log" "$BUILD_DIR/test-logs/${name:-instance}.log"; }
	# tests/system/taint.sh reads what every daemon sent.
	rm -rf "$BUILD_DIR/test-out/${name:-instance}"
	for key in mail sms; do
		[ -z "$I" ] || [ ! -d "$I/state/$key" ] || {
			mkdir -p "$BUILD_DIR/test-out/${name:-instance}" &&
				cp -r "$I/state/$key" \
					"$BUILD_DIR/test-out/${name:-instance}/"; }
	done
	[ -z "$I" ] || [ -n "${KEEP:-}" ] || rm -rf "$I"
}
trap instance_end EXIT

free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

instance_files() {
	cat >"$I/agencies.csv" <<-'CSV'
	code;name;kind;email;phone;insee;tone
	ML-EST;Mission Locale de l'Essai;ml;est@ml.example;06 39 98 00 10;93048;tu
	CFA-PAIN;CFA des Essais;cfa;cfa@cfa.example;06 39 98 00 11;93066;vous
	CSV
	cat >"$I/advisers.csv" <<-'CSV'
	ref;agency;first_name;last_name;email;phone;digest
	sarah;ML-EST;Sarah;Inventée;sarah@ml.example;06 39 98 00 12;daily
	malik;ML-EST;Malik;Inventé;malik@ml.example;06 39 98 00 13;daily
	rose;CFA-PAIN;Rose;Inventée;rose@cfa.example;06 39 98 00 14;daily
	CSV
	cat >"$I/youths.csv" <<-'CSV'
	ref;first_name;last_name;birth_date;phone;email;channel;adviser;insee;rome;contracts;max_minutes;modes;level;available_from;status;consent_email;consent_sms;informed_on
	0001;Lina;Essai;2004-05-17;06 39 98 01 01;lina@jeune.example;sms;sarah;93048;D1102;apprenticeship;60;transit,walk;3;2026-01-01;active;no;yes;2026-09-01
	0002;Yanis;Essai;2003-02-03;06 39 98 01 02;yanis@jeune.example;email;sarah;93051;D1102,D1104;apprenticeship;45;transit;3;2026-01-01;active;yes;no;2026-09-01
	0003;Noé;Essai;2004-11-30;06 39 98 01 03;noe@jeune.example;email;malik;93066;F1703,F1701;permanent,fixed_term;60;transit,bike;3;2026-01-01;active;yes;no;2026-09-01
	0004;Awa;Essai;2005-07-08;06 39 98 01 04;awa@jeune.example;none;malik;93048;G1603;apprenticeship,fixed_term;40;transit;3;2026-01-01;active;no;no;2026-09-01
	0005;Tom;Essai;2004-01-22;06 39 98 01 05;tom@jeune.example;none;sarah;93055;;permanent;40;transit;3;2026-01-01;active;no;no;2026-09-01
	CSV
}

instance_new() {
	local conf=$PWD/conf key
	I=$(mktemp -d) || fail "no folder"
	chmod 700 "$I"
	PORT=$(free_port) || fail "no port"
	mkdir -m 700 "$I/secrets" "$I/state" "$I/run" "$I/sources.d"
	for key in needs token; do
		(umask 077 && head -c32 /dev/urandom | od -An -tx1 |
			tr -d ' \n' >"$I/secrets/$key.key")
	done
	cat >"$I/etrier.yaml" <<-YAML
	paths:
	  state: state
	  run: run
	  rules: $conf/rules.yaml
	  templates: $conf/templates
	  refdata: $conf/refdata
	origins:
	  ml-est:
	    kind: ml
	    agency: ML-EST
	  cfa-pain:
	    kind: cfa
	    agency: CFA-PAIN
	  both:
	    kind: ml
	    agency_column: true
	mail:
	  transport: maildir
	sms:
	  gateway: file
	front:
	  listen: 127.0.0.1:$PORT
	  base_url: http://127.0.0.1:$PORT
	planner:
	  windows: open
	  tick_s: 1
	log:
	  level: debug
	YAML
	instance_files
}

instance_start() {
	"$BUILD_DIR/etrierd" --config "$I/etrier.yaml" 2>>"$I/log" &
	daemon=$!
	for _ in $(seq 200); do
		ctl status >/dev/null 2>&1 && return
		kill -0 "$daemon" 2>/dev/null || fail "etrierd did not start"
		sleep 0.1
	done
	fail "etrierd does not answer"
}

instance_stop() { # the daemon's exit status in $status
	kill -TERM "$daemon" || fail "etrierd is not there"
	wait "$daemon"
	status=$?
	daemon=
}

# The people of the instance's files.
instance_import() {
	ctl import agencies "$I/agencies.csv" 2>>"$I/log" >/dev/null &&
		ctl import advisers "$I/advisers.csv" 2>>"$I/log" >/dev/null &&
		ctl import youths "$I/youths.csv" --origin ml-est \
			2>>"$I/log" >/dev/null || fail "import"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	name=system.instance
	instance_new
	ctl check >/dev/null || fail "its configuration does not check"
	ctl status 2>/dev/null
	[ $? -eq 4 ] || fail "status of what does not run"
	instance_start
	ctl status --json | /usr/bin/python3 -c 'import json, sys
assert json.loads(sys.stdin.readline())["roles"]' || fail "no roles"
	instance_import
	instance_stop
	[ "$status" -eq 0 ] || fail "stopped as asked: $status"
	echo "$name: made, started, asked, stopped"
fi
