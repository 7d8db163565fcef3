#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The life of an installed étrier, check by check, run as a service of the
# booted systemd (tests/system/boot.sh). A check is a function named check_*,
# run in the order of this file; what it prints is the reason of a failure.
set -u
cd /boot-test
out=/boot-test/out
log=$out/etrierd.log

# --- words of the checks ---

# why WORDS: the check has failed.
why() { echo "$*"; return 1; }
prop() { systemctl show "${2:-etrierd}" -p "$1" --value; }
main_pid() { prop MainPID; }
ctl() { timeout 60 etrierctl "$@"; }
is() { [ "$2" = "$3" ] || why "$1 is \"$2\", not \"$3\""; }

# eventually SECONDS COMMAND...
eventually() {
	local i
	for ((i = 0; i < $1 * 5; i++)); do
		"${@:2}" >/dev/null 2>&1 && return 0
		sleep 0.2
	done
	why "not within $1 s: ${*:2}"
}

# "PID ROLE LANE" a line.
roles() {
	local pid args
	for pid in $(pgrep -P "$(main_pid)"); do
		mapfile -d '' -t args 2>/dev/null <"/proc/$pid/cmdline" || continue
		[ "${args[1]:-}" = --role ] && echo "$pid ${args[2]} ${args[4]}"
	done
}
pid_of() { roles | awk -v want="$1" '$3 == want || ($3 == "" && $2 == want) { print $1; exit }'; }
all_run() { # every role of the configuration
	[ "$(roles | wc -l)" -eq "${1:-6}" ] &&
		ctl --json status >/run/status 2>/dev/null &&
		! grep -qE '"state": ?"(down|starting|stopping)"| (down|starting|stopping) ' /run/status
}

# A drop-in for the unit: drop_in NAME LINES...
drop_in() {
	mkdir -p /etc/systemd/system/etrierd.service.d
	{ echo '[Service]'; printf '%s\n' "${@:2}"; } \
		>"/etc/systemd/system/etrierd.service.d/$1.conf"
	systemctl daemon-reload
}

# The configuration for most checks: folders instead of relays, so that every
# kind of role is there.
configure() {
	cat >/etc/etrier/etrier.yaml <<-'YAML'
	mail: {transport: maildir, from_address: offres@etrier.example}
	sms: {gateway: file}
	front: {listen: "127.0.0.1:8081", admin_listen: "127.0.0.1:8082", base_url: "https://o.etrier.example"}
	origins:
	  essai: {kind: ml, agency: MLE}
	YAML
}

# --- the checks ---

check_install() {
	DEBIAN_FRONTEND=noninteractive dpkg -i /boot-test/etrier.deb >"$out/dpkg.log" 2>&1 ||
		{ cat "$out/dpkg.log"; why "dpkg -i"; return; }
	is "the service" "$(prop ActiveState)" active &&
		is "at boot" "$(systemctl is-enabled etrierd)" enabled &&
		is "the timer" "$(prop ActiveState etrier-backup.timer)" active &&
		is "the keys' folder" "$(stat -c '%a %U' /etc/etrier/secrets)" "700 root" &&
		is "a key" "$(stat -c '%a %U %s' /etc/etrier/secrets/needs.key)" "600 root 32" &&
		is "the state" "$(stat -c '%a %U' /var/lib/etrier)" "700 etrier" &&
		is "the socket's folder" "$(stat -c '%a %U %G' /run/etrier)" "2750 etrier etrier-admin" &&
		is "the socket" "$(stat -c '%a %U %G' /run/etrier/control.sock)" "660 etrier etrier-admin"
}

check_nothing_leaves_until_told() {
	ctl config show | grep -qx 'mail.transport: none *# default' || why "mail" || return
	ctl config show | grep -q '^security.landlock: required' || why "landlock" || return
	[ -z "$(roles | grep -E 'courier')" ] || why "a lane without a transport"
}

check_ready_means_answers() {
	configure
	systemctl restart etrierd || why "restart" || return
	# No wait: start returns when READY=1 came.
	ctl status >/dev/null || why "status right after start" || return
	eventually 10 all_run
}

check_status_text() {
	eventually 10 bash -c "systemctl show etrierd -p StatusText --value |
		grep -qE '^7 processes; 0 sources, 0 ill; 0 messages waiting; [0-9]+ alarms?$'" ||
		{ why "STATUS=$(prop StatusText)"; return; }
	is "the state" "$(prop SubState)" running
}

check_sandbox() {
	local pid role lane
	while read -r pid role lane; do
		for want in "NoNewPrivs:1" "Seccomp:2" "CapEff:0000000000000000" \
			"CapBnd:0000000000000000"; do
			is "$role $lane ${want%%:*}" "$(sed -n "s/^${want%%:*}:[[:space:]]*//p" "/proc/$pid/status")" \
				"${want#*:}" || return
		done
		is "$role's user" "$(stat -c %U "/proc/$pid")" etrier ||
			is "$role is not dumpable" "$(stat -c %U "/proc/$pid")" root || return
	done < <(roles; echo "$(main_pid) supervisor")
	nsenter -t "$(main_pid)" -m touch /etc/etrier/x 2>/dev/null && why "/etc is writable" && return 1
	nsenter -t "$(main_pid)" -m touch /usr/x 2>/dev/null && why "/usr is writable" && return 1
	is "MemoryMax" "$(prop MemoryMax)" 4294967296 && is "LimitCORE" "$(prop LimitCORE)" 0 &&
		is "WatchdogUSec" "$(prop WatchdogUSec)" 1min
}

check_reload_good() {
	sed -i '1i log: {level: debug}' /etc/etrier/etrier.yaml
	systemctl reload etrierd || why "reload" || return
	is "the service" "$(prop ActiveState)" active
	ctl status >/dev/null
	eventually 5 grep -q 'control.command' "$log" || why "the new level is not in force"
}

check_reload_bad() {
	local before
	before=$(main_pid)
	cp /etc/etrier/etrier.yaml /run/good.yaml
	printf 'planner: {tick_s: maybe, windows: ajar}\n' >>/etc/etrier/etrier.yaml
	if systemctl reload etrierd; then why "a bad configuration was taken"; return; fi
	cp /run/good.yaml /etc/etrier/etrier.yaml
	is "the service" "$(prop ActiveState)" active && is "the process" "$(main_pid)" "$before" || return
	ctl status >/dev/null || why "it no longer answers" || return
	systemctl reload etrierd || why "the next good one is refused"
}

check_control_socket() {
	local said
	useradd -M -G etrier-admin anna && useradd -M -G etrier-admin,etrier-needs bruno &&
		useradd -M -G etrier-needs clara && useradd -M stranger || why useradd || return
	runuser -u anna -- etrierctl status >/dev/null || why "etrier-admin is refused" || return
	runuser -u clara -- etrierctl status >/dev/null 2>&1 && { why "etrier-needs alone opens the socket"; return 1; }
	said=$(runuser -u anna -- etrierctl explain --private --youth essai:1 --offer a:b 2>&1)
	grep -q 'etrier-needs' <<<"$said" || why "etrier-admin may see needs: $said" || return
	said=$(runuser -u bruno -- etrierctl explain --private --youth essai:1 --offer a:b 2>&1)
	grep -q 'no such dossier' <<<"$said" || why "etrier-needs may not see needs: $said" || return
	said=$(runuser -u stranger -- etrierctl status 2>&1)
	is "a stranger's exit status" "$?" 1 || return
	grep -q 'etrier-admin' <<<"$said" || why "no remedy: $said" || return
	runuser -u etrier -- etrierctl status 2>/dev/null
	is "the service's own user's exit status" "$?" 1
}

check_credentials() {
	local pid role lane
	while read -r pid role lane; do
		tr '\0' '\n' <"/proc/$pid/environ" | grep -qE '^(CREDENTIALS_DIRECTORY|NOTIFY_SOCKET)=' &&
			{ why "$role $lane knows where the credentials are"; return; }
	done < <(roles)
	nsenter -t "$(main_pid)" -m -S "$(id -u etrier)" -G "$(id -g etrier)" \
		cat /etc/etrier/secrets/needs.key >/dev/null 2>&1 &&
		{ why "/etc/etrier/secrets is open to the service"; return 1; }
	nsenter -t "$(main_pid)" -m cmp /etc/etrier/secrets/needs.key \
		/run/credentials/etrierd.service/etrier_needs.key || why "no credential"
}

restarts() { # of a role, as status tells
	ctl --json status 2>/dev/null | /usr/bin/python3 -c 'import json, sys
rows = json.loads(sys.stdin.readline())["roles"]
for r in rows:
    text = r if isinstance(r, str) else "%s %s (restarts %d)" % (r["role"], r.get("lane", ""), r["restarts"])
    if text.split(" (")[0].replace("  ", " ").startswith(sys.argv[1]):
        print(text.split("restarts ")[1].rstrip(")")); break' "$1"
}

# A source of kind exec, so that there is a runner: its program prints an offer
# and ends with 0 when all that it must not do is denied.
program_source() {
	local tool=/usr/local/lib/etrier/essai
	mkdir -p "${tool%/*}"
	cat >"$tool" <<-'SH'
	#!/bin/sh
	echo '{"ref":"1","title":"Boulanger / Boulangère","place":{"insee":"93048"}}'
	for file in /var/lib/etrier/etrier.db /etc/etrier/etrier.yaml /proc/self/status \
		/usr/share/etrier/refdata/communes.tsv \
		/run/credentials/etrierd.service/etrier_needs.key; do
		head -c 1 "$file" >/dev/null 2>&1 && exit 50
	done
	(: >/tmp/x) 2>/dev/null && exit 51
	/usr/bin/python3 -S -c 'import socket
	socket.socket(socket.AF_INET)' 2>/dev/null && exit 52
	sh -c 'kill -0 $PPID' 2>/dev/null && exit 53
	sleep 300 &
	exit 0
	SH
	chmod 755 "$tool"
	printf '%s\n' 'name: essai' 'kind: exec' 'delivers: complete' \
		"command: [$tool]" >/etc/etrier/sources.d/essai.yaml
}

check_programs_of_sources() {
	program_source
	systemctl reload etrierd || why "reload" || return
	eventually 20 all_run 7 || return
	eventually 20 bash -c "etrierctl sources list --json | grep -qE '\"live\": ?1,.*\"failures\": ?0'" ||
		{ ctl sources list --json; return 1; }
	eventually 5 bash -c "! pgrep -u etrier -x sleep" || why "what it left behind lives" || return
	# One that would belong to the service is not run.
	chown etrier /usr/local/lib/etrier/essai
	if systemctl reload etrierd; then why "its own user could change the program"; return; fi
	chown root /usr/local/lib/etrier/essai
	rm /etc/etrier/sources.d/essai.yaml
	systemctl reload etrierd && eventually 20 all_run
}

check_confined_from_inside() {
	local probe=/boot-test/probe.so state=/var/lib/etrier role file pid
	cc -D_GNU_SOURCE -shared -fPIC -o "$probe" tree/tests/probe/probe.c &&
		cc -D_GNU_SOURCE -DPROBE_ALONE -o /boot-test/alone tree/tests/probe/probe.c ||
		why "the probe does not compile" || return
	program_source
	for role in engine collector runner mail-1 mail-2 sms-1 front unconfined; do
		for file in file unlink rename; do
			runuser -u etrier -- bash -c "echo x >$state/probe-$file-$role"
		done
	done
	runuser -u etrier -- /usr/bin/python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/var/lib/etrier/probe-dgram")
time.sleep(300)' &
	runuser -u etrier -- sleep 300 &
	eventually 5 pgrep -u etrier sleep || return
	pid=$(pgrep -u etrier -n sleep)
	local settings=(PROBE_OUT=$state/results PROBE_DB=$state/etrier.db PROBE_DIR=$state
		PROBE_SOCK=/run/etrier/control.sock PROBE_PID=$pid
		PROBE_SECRET=/run/credentials/etrierd.service/etrier_needs.key
		PROBE_CRED=/etc/etrier/secrets/token.key)
	drop_in probe "${settings[@]/#/Environment=}" Environment=LD_PRELOAD=$probe
	systemctl restart etrierd && eventually 20 all_run 7 || return
	eventually 20 bash -c "[ \$(grep -c ' bpf ' $state/results) -ge 7 ]" || return
	sleep 1
	# The engine may: its credential, like all of them, is readable by its uid.
	nsenter -t "$(main_pid)" -m -S "$(id -u etrier)" -G "$(id -g etrier)" \
		env "${settings[@]}" /boot-test/alone
	/usr/bin/python3 tree/tests/probe/verdict.py $state/results \
		engine collector runner mail-1 mail-2 sms-1 front
	local verdict=$?
	pkill -u etrier sleep
	pkill -u etrier python3
	rm -f /etc/systemd/system/etrierd.service.d/probe.conf $state/probe-* $state/results \
		/etc/etrier/sources.d/essai.yaml
	systemctl daemon-reload
	systemctl restart etrierd && eventually 20 all_run || return
	return $verdict
}

check_crash_of_each_role() {
	local role signal=SEGV pid before
	before=$(main_pid)
	for role in collector mail-1 sms-1 front engine; do
		pid=$(pid_of "$role")
		[ -n "$pid" ] || why "no $role" || return
		kill -"$signal" "$pid"
		eventually 15 bash -c "! kill -0 $pid" || return
		eventually 20 all_run || { why "after the end of $role"; return; }
		[ "$(pid_of "$role")" != "$pid" ] || why "$role was not killed" || return
		is "after $role, the service" "$(prop ActiveState)" active &&
			is "after $role, its process" "$(main_pid)" "$before" || return
		signal=KILL
	done
	[ "$(restarts collector)" -ge 1 ] || why "status does not count the restarts"
	is "restarts of the unit" "$(prop NRestarts)" 0
}

check_watchdog() {
	local before
	drop_in watchdog WatchdogSec=4
	systemctl restart etrierd || why restart || return
	eventually 20 all_run || return
	before=$(main_pid)
	kill -STOP "$before"
	eventually 40 bash -c "[ \"\$(systemctl show etrierd -p NRestarts --value)\" -ge 1 ]" || return
	eventually 60 all_run || return
	[ "$(main_pid)" != "$before" ] || why "the same process" || return
	rm /etc/systemd/system/etrierd.service.d/watchdog.conf
	systemctl daemon-reload
	systemctl reset-failed etrierd
	systemctl restart etrierd && eventually 20 all_run
}

check_supervisor_killed() {
	local before
	before=$(main_pid)
	kill -KILL "$before"
	eventually 60 bash -c "p=\$(systemctl show etrierd -p MainPID --value); [ \$p -gt 0 ] && [ \$p != $before ]" || return
	eventually 30 all_run || return
	is "leftovers" "$(pgrep -u etrier -f -- --role | wc -l)" "$(roles | wc -l)"
}

# The pages on a socket of systemd, as conf/examples/systemd has it: open before
# the service is ready, and a call that comes while it restarts is served.
page() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(socket.AF_UNIX)
s.settimeout(40)
s.connect("/run/etrier-front.sock")
s.sendall(b"GET /method HTTP/1.1\r\nHost: x\r\n\r\n")
print(s.recv(4096).split(b"\r\n")[0].decode())'
}
check_pages_on_a_socket_of_systemd() {
	local unit=/etc/systemd/system/etrierd.socket caller
	cp tree/conf/examples/systemd/etrierd.socket $unit
	cp /etc/etrier/etrier.yaml /run/before.yaml
	configure
	sed -i 's/^front: {listen: "[^"]*"/front: {listen: systemd/' /etc/etrier/etrier.yaml
	grep -q 'listen: systemd' /etc/etrier/etrier.yaml || why "the configuration" || return
	systemctl daemon-reload
	systemctl stop etrierd
	systemctl enable --now etrierd.socket 2>&1 || { why "the socket"; return; }
	is "the socket" "$(stat -c '%a %U %G' /run/etrier-front.sock)" "660 root www-data" || return
	page >/run/first & caller=$! # it calls the service up
	wait $caller || why "the first call" || return
	is "the first call" "$(cat /run/first)" "HTTP/1.1 200 OK" || return
	eventually 20 all_run || return
	is "the service" "$(prop ActiveState)" active && is "its result" "$(prop Result)" success || return
	page >/run/second & # nobody is turned away meanwhile
	systemctl restart etrierd || why "restart" || return
	wait $! || why "who called during the restart" || return
	is "during the restart" "$(cat /run/second)" "HTTP/1.1 200 OK" || return
	# A reload does not lose it, nor does a killed front.
	systemctl reload etrierd || why "reload" || return
	kill -KILL "$(pid_of front)"
	is "with the front killed" "$(page)" "HTTP/1.1 200 OK" || return
	systemctl disable --now etrierd.socket >/dev/null 2>&1
	rm -f $unit
	cp /run/before.yaml /etc/etrier/etrier.yaml
	systemctl daemon-reload
	systemctl restart etrierd && eventually 20 all_run
}

check_stop_with_a_stuck_lane() {
	local pid began
	pid=$(pid_of mail-1)
	# As if in a call that never returns: SIGSTOP is undone by systemd.
	/usr/bin/python3 -c 'import ctypes, sys, time
libc = ctypes.CDLL(None)
assert libc.ptrace(16, int(sys.argv[1]), None, None) == 0 # PTRACE_ATTACH
time.sleep(120)' "$pid" &
	eventually 5 grep -q 'State:.*tracing stop' "/proc/$pid/status" || return
	began=$SECONDS
	systemctl stop etrierd
	kill %1 # until now not even SIGKILL helped: the tracer has to let go
	[ $((SECONDS - began)) -ge 15 ] || why "the lane was not stuck" || return
	[ $((SECONDS - began)) -le 35 ] || why "took $((SECONDS - began)) s" || return
	is "the result" "$(prop Result)" success || return
	tail -n 20 "$log" | grep -q 'role.exit role=engine .*code=0' ||
		why "the engine did not end by itself" || return
	eventually 5 bash -c '! pgrep -u etrier' || return
	systemctl start etrierd && eventually 20 all_run
}

check_missing_key_is_no_loop() {
	systemctl stop etrierd
	mv /etc/etrier/secrets/token.key /run/
	systemctl start etrierd 2>/dev/null && { why "started without a key"; return 1; }
	sleep 6 # longer than RestartSec
	is "the exit status" "$(prop ExecMainStatus)" 78 && is "restarts" "$(prop NRestarts)" 0 &&
		is "the state" "$(prop ActiveState)" failed || return
	tail -n 5 "$log" | grep -q 'token.key' || why "the log does not name the key" || return
	mv /run/token.key /etc/etrier/secrets/
	systemctl reset-failed etrierd
	systemctl start etrierd && eventually 20 all_run
}

# Another version, made of this one by its number alone.
other_version() { sed 's/0\.1\.0/0.1.9/g' "$1" >"$2" && chmod 755 "$2"; }

check_another_binary_under_a_running_daemon() {
	local pid
	other_version /usr/sbin/etrierd /usr/sbin/etrierd.new && cp /usr/sbin/etrierd /run/old &&
		mv /usr/sbin/etrierd.new /usr/sbin/etrierd || why "no other version" || return
	pid=$(pid_of collector)
	kill -KILL "$pid"
	eventually 10 bash -c "! kill -0 $pid"
	eventually 20 all_run || return
	readlink "/proc/$(pid_of collector)/exe" | grep -q 'deleted' ||
		why "the new role is of another version than its supervisor" || return
	ctl --json status | grep -q '"version": *"0.1.0"' || why "status" || return
	systemctl restart etrierd && eventually 20 all_run || return
	ctl --json status | grep -q '"version": *"0.1.9"' || why "the new version does not run" || return
	mv /run/old /usr/sbin/etrierd
	systemctl restart etrierd && eventually 20 all_run
}

check_backup_service() {
	systemctl start etrier-backup.service || { why "the service failed"; return; }
	ls /var/lib/etrier/backup/*/MANIFEST >/dev/null || why "no copy" || return
	# And back, as root would: what it makes belongs to the service.
	etrierctl restore /var/lib/etrier/backup/* >/dev/null 2>&1 &&
		{ why "restored under the running service"; return 1; }
	systemctl stop etrierd
	rm -f /var/lib/etrier/lock
	etrierctl restore /var/lib/etrier/backup/* || why "restore" || return
	is "its owner" "$(stat -c '%a %U' /var/lib/etrier/etrier.db)" "600 etrier" || return
	systemctl start etrierd && eventually 20 all_run || return
	ctl status | grep -q 'ALARM restored' || why "no alarm"
}

check_upgrade_keeps_what_was_edited() {
	local keys
	keys=$(sha256sum /etc/etrier/secrets/*)
	echo '# mine' >>/etc/etrier/rules.yaml
	rm -rf /run/deb
	dpkg-deb -R /boot-test/etrier.deb /run/deb
	other_version /run/deb/usr/sbin/etrierd /run/deb/d && mv /run/deb/d /run/deb/usr/sbin/etrierd
	sed -i 's/^Version: .*/Version: 0.1.9/' /run/deb/DEBIAN/control
	# The new package ships changed defaults too.
	echo '# theirs' >>/run/deb/etc/etrier/rules.yaml
	dpkg-deb -b /run/deb /run/new.deb >/dev/null || why "repack" || return
	DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i /run/new.deb >"$out/dpkg2.log" 2>&1 ||
		{ cat "$out/dpkg2.log"; why "upgrade"; return; }
	eventually 20 all_run || return
	tail -n 1 /etc/etrier/rules.yaml | grep -qx '# mine' || why "rules.yaml was replaced" || return
	grep -q 'offres@etrier.example' /etc/etrier/etrier.yaml || why "etrier.yaml was replaced" || return
	is "the keys" "$(sha256sum /etc/etrier/secrets/*)" "$keys" || return
	ctl --json status | grep -q '"version": *"0.1.9"' || why "the new version does not run"
}

check_purge_keeps_the_data() {
	export DEBIAN_FRONTEND=noninteractive
	dpkg -r etrier >"$out/dpkg3.log" 2>&1 || why remove || return
	is "processes after removal" "$(pgrep -u etrier | wc -l)" 0 || return
	dpkg -P etrier >>"$out/dpkg3.log" 2>&1 || { cat "$out/dpkg3.log"; why purge; return; }
	[ -s /var/lib/etrier/etrier.db ] && [ -s /etc/etrier/secrets/needs.key ] ||
		why "a purge took the data unasked" || return
	[ ! -e /etc/etrier/etrier.yaml ] || why "the configuration is still there" || return
	# Installed again, it takes them up again.
	dpkg -i /boot-test/etrier.deb >>"$out/dpkg3.log" 2>&1 || { tail "$out/dpkg3.log"; why again; return; }
	is "the service" "$(prop ActiveState)" active || return
	echo 'etrier etrier/purge-data boolean true' | debconf-set-selections
	dpkg -P etrier >>"$out/dpkg3.log" 2>&1 || why "second purge" || return
	[ ! -e /var/lib/etrier ] && [ ! -e /etc/etrier ] || why "asked to, it left the data"
}

# --- run them ---

# The daemon's log goes to a file that the host can read; there is no journal.
mkdir -p /etc/systemd/system/etrierd.service.d
printf '[Service]\nStandardError=append:%s\n' "$log" \
	>/etc/systemd/system/etrierd.service.d/log.conf
systemctl daemon-reload
only=$(cat "$out/only")
for check in $(grep -oE '^check_[a-z_]+' "$0"); do
	[ "$check" = check_install ] || [[ $check =~ $only ]] || continue
	said=$("$check" 2>&1) && echo "ok $check ($SECONDS s)" || {
		echo "FAILED $check: $said"
		tail -n 5 "$log" 2>/dev/null
	}
done
echo "end of the scenario"
