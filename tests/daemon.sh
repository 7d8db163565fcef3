# SPDX-License-Identifier: EUPL-1.2
# One-folder instances of the real daemon for tests/system: made in a temporary
# folder, on free ports, with the demo's invented people; never touching the
# host's configuration. Sourced from the root of the tree:
#
#   name=system.kill; . tests/peers.sh; . tests/daemon.sh
#   instance_new              folder, keys, tables; sets $work $folder
#   instance_config           etrier.yaml from $mail $sms $planner $front $more
#   daemon_start [SECONDS]    sets $daemon; waits until it answers
#   ctl ARGUMENTS             etrierctl on this instance
#   daemon_stop               SIGTERM; its exit status
#   until_ SECONDS COMMAND    waits until it succeeds
#
# Every daemon's log goes to $BUILD_DIR/test-logs, where tests/lint/logs.sh
# reads them all. Whatever was started is gone when the script ends.
: "${BUILD_DIR:?BUILD_DIR names the build folder}"
: "${name:?}"
BUILD_DIR=$(realpath "$BUILD_DIR")
unset ETRIER_CONFIG CREDENTIALS_DIRECTORY NOTIFY_SOCKET WATCHDOG_USEC
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
# The confined roles cannot be looked into by LeakSanitizer; etrierctl leaks
# are a unit test's affair.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
logs=$BUILD_DIR/test-logs
work= folder= daemon= log= shim= before=
helpers=()

say() { echo "$name: $*"; }

fail() {
	echo "$name: FAILED: $*"
	[ -n "$log" ] && tail -n 25 "$log"
	exit 1
}

# Children of a supervisor: "PID ROLE LANE" a line.
roles() {
	local pid args
	for pid in $(pgrep -P "${1:-$daemon}"); do
		mapfile -d '' -t args 2>/dev/null <"/proc/$pid/cmdline" || continue
		[ "${args[1]:-}" = --role ] && echo "$pid ${args[2]} ${args[4]}"
	done
}

# pid_of ROLE|LANE
pid_of() {
	roles | awk -v want="$1" '$3 == want || ($3 == "" && $2 == want) {
		print $1; exit }'
}

instance_end() {
	local pid pids
	if [ -n "$daemon" ] && kill -0 "$daemon" 2>/dev/null; then
		pids=$(pgrep -P "$daemon")
		kill -KILL "$daemon" $pids 2>/dev/null
	fi
	for pid in "${helpers[@]}"; do kill -KILL "$pid" 2>/dev/null; done
	wait 2>/dev/null
	[ -n "$work" ] && [ -z "${KEEP:-}" ] && rm -rf "$work"
}
trap instance_end EXIT
trap 'exit 130' INT TERM HUP

# Invented people's dates are ages and delays (see conf/demo/people).
demo_dates() {
	/usr/bin/python3 -c '
import datetime, re, sys
today = datetime.date.today()
def put(m):
    form, n, extra = m[1], int(m[2]), int(m[4] or 0)
    if form == "D":
        return (today + datetime.timedelta(n)).isoformat()
    year = today.year - n
    day = min(today.day, 28)
    d = today.replace(year=year, day=day) - datetime.timedelta(extra)
    return d.isoformat() if form == "B" else d.strftime("%d/%m/%Y")
for line in sys.stdin:
    sys.stdout.write(re.sub(r"@([BFD]):([+-]?\d+)(:(\d+))?@", put, line))'
}

instance_new() {
	work=$(mktemp -d) || exit 1
	folder=$work/instance
	mkdir -p "$folder"/{state,run,sources.d,secrets,people,maps} "$logs" &&
		cp -r conf/templates "$folder/templates" &&
		cp conf/{rules,signals,quality}.yaml "$folder/" &&
		cp conf/demo/maps/* "$folder/maps/" &&
		cp conf/demo/people/*.csv "$folder/people/" || exit 1
	ln -s "$PWD/conf/refdata" "$folder/refdata"
	chmod 700 "$folder/secrets"
	for key in needs token; do
		(umask 077 && head -c 32 /dev/urandom >"$folder/secrets/$key.key")
	done
	for file in ml-nord ml-sud cfa; do
		demo_dates <"conf/demo/people/youths-$file.csv.in" \
			>"$folder/people/youths-$file.csv"
	done
	log=$logs/${name#system.}.log
	: >"$log"
	front_port=$(free_port) admin_port=$(free_port)
	config=$folder/etrier.yaml
}

instance_config() {
	cat >"$config" <<-YAML
	paths:
	  state: state
	  run: run
	  sources: sources.d
	  rules: rules.yaml
	  templates: templates
	  refdata: refdata
	  secrets: secrets
	origins:
	  ml-nord: {kind: ml, agency: MLN}
	  ml-sud: {kind: ml, agency: MLS, map: maps/ml-sud.yaml}
	  cfa-essai: {kind: cfa, agency: CFAE}
	mail: ${mail:-"{transport: maildir, maildir: mail, from_address: offres@etrier.example}"}
	sms: ${sms:-"{gateway: file, folder: sms}"}
	planner: ${planner:-"{windows: open, tick_s: 1}"}
	front:
	  listen: "127.0.0.1:$front_port"
	  admin_listen: "127.0.0.1:$admin_port"
	  base_url: "http://127.0.0.1:$front_port"
	${more:-}
	YAML
}

# clock_at HH:MM: from now on daemons believe that it is so late in Paris, on a
# Wednesday that is no holiday, within the next weeks. They ask time(2) for
# dates and the kernel for delays; only the former is moved.
clock_at() {
	local source=$work/clock.c
	if [ ! -e "$work/clock.so" ]; then
		cat >"$source" <<-'C'
		#include <stdlib.h>
		#include <time.h>
		time_t time(time_t *out);
		time_t time(time_t *out)
		{
			static long shift;
			struct timespec t;
			if (!shift && getenv("TEST_CLOCK_SHIFT"))
				shift = atol(getenv("TEST_CLOCK_SHIFT"));
			clock_gettime(CLOCK_REALTIME, &t);
			if (out)
				*out = t.tv_sec + shift;
			return t.tv_sec + shift;
		}
		C
		"${CC:-cc}" -shared -fPIC -o "$work/clock.so" "$source" ||
			fail "no clock"
	fi
	shim=$work/clock.so
	TEST_CLOCK_SHIFT=$(/usr/bin/python3 - "$1" <<-'PY'
	import datetime, sys, time
	hour, minute = map(int, sys.argv[1].split(":"))
	fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
	d = datetime.date.today() + datetime.timedelta(1)
	while d.isoweekday() != 3 or (d.month, d.day) in fixed:
	    d += datetime.timedelta(1)
	def last_sunday(month):
	    e = datetime.date(d.year, month, 31)
	    return e - datetime.timedelta(e.isoweekday() % 7)
	summer = last_sunday(3) <= d < last_sunday(10)
	at = datetime.datetime(d.year, d.month, d.day, hour, minute,
	                       tzinfo=datetime.timezone.utc)
	at -= datetime.timedelta(hours=2 if summer else 1)
	print(int(at.timestamp()) - int(time.time()))
	PY
	) || fail "no date"
	export TEST_CLOCK_SHIFT
}

# With the moved clock, if there is one. exec: the caller's child becomes it.
moved() {
	if [ -n "$shim" ]; then
		LD_PRELOAD=$shim \
			ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 "$@"
	else
		"$@"
	fi
}

ctl() { moved timeout 60 "$BUILD_DIR/etrierctl" --config "$config" "$@"; }

# until_ SECONDS COMMAND...: as long as it fails.
until_() {
	local i
	for ((i = 0; i < $1 * 20; i++)); do
		"${@:2}" && return 0
		sleep 0.05
	done
	return 1
}

# Started and not waited for; $before is a program that becomes etrierd.
daemon_spawn() {
	if [ -n "$shim" ]; then
		LD_PRELOAD=$shim \
			ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 \
			$before "$BUILD_DIR/etrierd" --config "$config" 2>>"$log" &
	else
		$before "$BUILD_DIR/etrierd" --config "$config" 2>>"$log" &
	fi
	daemon=$!
}

# answers SECONDS: until the engine does.
daemon_answers() {
	local i
	for ((i = 0; i < ${1:-20} * 10; i++)); do
		ctl status >/dev/null 2>&1 && return 0
		kill -0 "$daemon" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

daemon_start() {
	daemon_spawn
	daemon_answers "${1:-30}" || fail "etrierd does not answer"
}

daemon_stop() {
	local status
	kill -TERM "$daemon"
	wait "$daemon"
	status=$?
	daemon=
	return $status
}

# all_running SECONDS: until every role of the configuration is confined.
all_running() {
	local i
	for ((i = 0; i < ${1:-20} * 10; i++)); do
		ctl --json status 2>/dev/null >"$work/status" &&
			! grep -qE '"state": ?"(down|starting|stopping)"' "$work/status" &&
			return 0
		sleep 0.1
	done
	return 1
}

import_people() {
	{
		ctl import agencies "$folder/people/agencies.csv" &&
			ctl import advisers "$folder/people/advisers.csv" &&
			ctl import youths "$folder/people/youths-ml-nord.csv" --origin ml-nord
		ctl import youths "$folder/people/youths-ml-sud.csv" --origin ml-sud
		ctl import youths "$folder/people/youths-cfa.csv" --origin cfa-essai
	} >"$work/import" 2>&1
	ctl youths list --json --limit 1000 2>/dev/null | grep -q . ||
		{ cat "$work/import"; fail "import"; }
}

go_live() {
	{
		ctl agency set MLN mode automatic &&
			ctl agency set MLS mode automatic &&
			ctl agency set CFAE mode digest_only
	} >"$work/live" 2>&1 || { cat "$work/live"; fail "going live"; }
}

# helper PROGRAM ARGUMENTS: a fake of the build that says its port first.
# Sets $port.
helper() {
	local out=$work/helper-${#helpers[@]}
	: >"$out"
	# exec: what is killed at the end is it, and no shell above it.
	case $1 in
	*.py) exec /usr/bin/python3 "tests/fake/$1" "${@:2}" ;;
	*) exec "$BUILD_DIR/tests/$1" "${@:2}" ;;
	esac >"$out" 2>&1 &
	helpers+=($!)
	for _ in $(seq 100); do
		port=$(sed -nE 's/^(port )?([0-9]+)$/\2/p' "$out")
		[ -n "$port" ] && return 0
		sleep 0.1
	done
	fail "$1 does not start"
}

# The demo's three sources, from PORT; every source is due at once.
demo_sources() {
	local file
	for file in conf/demo/sources.d/*.yaml; do
		sed "s/127.0.0.1:8790/127.0.0.1:$1/" "$file" \
			>"$folder/sources.d/${file##*/}"
	done
}

# Lines of a listing that match, as a number.
count() { ctl --json --limit 50000 "${@:2}" 2>/dev/null | grep -c -- "$1"; }

# settled SECONDS: the three sources were polled and no message is on its way.
settled() {
	local i quiet=0 polled busy
	for ((i = 0; i < ${1:-60} * 2; i++)); do
		polled=$(count '"last_ok"' sources list)
		busy=$(count '"state": *"\(planned\|sending\)"' outbox list)
		if [ "$polled" -ge 3 ] && [ "$busy" -eq 0 ]; then
			quiet=$((quiet + 1))
			[ "$quiet" -ge "${2:-8}" ] && return 0
		else
			quiet=0
		fi
		sleep 0.5
	done
	return 1
}
