# SPDX-License-Identifier: EUPL-1.2
# A real Kannel with its fake SMSC, unpacked and run on loopback. Sourced after
# tests/peers.sh, with $work a folder of one's own:
#
#   kannel_find || skip NAME "no Kannel"
#   kannel_start [CALLBACK-PORT]   bearerbox and smsbox; $kannel_url is sendsms
#   fakesmsc_start                 what it got goes to $work/fakesmsc.log
#   fakesmsc_stop
#   kannel_stop                    all of them
#
# The user is etrier, the password kannel-password; a number with a 7 is one it
# refuses. The log level is Kannel's most talkative: nothing secret may show.
kannel_root= kannel_url= kannel_pids=() fakesmsc_pid=

kannel_find() {
	local a b c d
	a=$(peer kannel usr/sbin/bearerbox usr/sbin/smsbox) &&
		b=$(peer kannel-extras usr/lib/kannel/test/fakesmsc) &&
		c=$(peer libmariadb3) && d=$(peer libct4) || return 1
	kannel_root=$a fakesmsc=$b/usr/lib/kannel/test/fakesmsc
	kannel_lib=$(echo {"$c","$d"}/usr/lib/*-linux-gnu | tr ' ' :)
}

# kannel_run PROGRAM ARGS...: sanitizers of ours are not Kannel's.
kannel_run() {
	exec env LD_LIBRARY_PATH="$kannel_lib" "$@"
}

kannel_start() {
	local admin smsbox http
	admin=$(free_port) smsbox=$(free_port) http=$(free_port)
	smsc_port=$(free_port)
	kannel_url=http://127.0.0.1:$http/cgi-bin/sendsms
	mkdir -p "$work/kannel/store"
	cat >"$work/kannel/kannel.conf" <<-CONF
	group = core
	admin-port = $admin
	admin-interface = 127.0.0.1
	admin-password = admin-password
	smsbox-port = $smsbox
	smsbox-interface = 127.0.0.1
	box-deny-ip = "*.*.*.*"
	box-allow-ip = "127.0.0.1"
	log-file = "$work/kannel/bearerbox.log"
	log-level = 0
	access-log = "$work/kannel/access.log"
	dlr-storage = internal
	store-type = file
	store-location = "$work/kannel/store"
	sms-resend-freq = 1
	sms-resend-retry = 3

	group = smsc
	smsc = fake
	smsc-id = FAKE
	port = $smsc_port
	connect-allow-ip = 127.0.0.1

	group = smsbox
	bearerbox-host = 127.0.0.1
	bearerbox-port = $smsbox
	sendsms-interface = 127.0.0.1
	sendsms-port = $http
	log-file = "$work/kannel/smsbox.log"
	log-level = 0
	access-log = "$work/kannel/smsbox-access.log"
	sendsms-chars = "012345689 +-"

	group = sendsms-user
	username = etrier
	password = kannel-password
	user-deny-ip = "*.*.*.*"
	user-allow-ip = "127.0.0.1"
	concatenation = true
	max-messages = 6

	group = sms-service
	keyword = default
	get-url = "http://127.0.0.1:${1:-9}${2:-/mo}?from=%p&to=%P&text=%b&id=%I&at=%T"
	catch-all = true
	max-messages = 0
	CONF
	(kannel_run "$kannel_root/usr/sbin/bearerbox" "$work/kannel/kannel.conf" \
		>"$work/kannel/bearerbox.out" 2>&1) &
	kannel_pids+=($!)
	wait_for_port "$smsbox" || return 1
	(kannel_run "$kannel_root/usr/sbin/smsbox" "$work/kannel/kannel.conf" \
		>"$work/kannel/smsbox.out" 2>&1) &
	kannel_pids+=($!)
	smsbox_pid=$!
	wait_for_port "$http"
}

# It wants a message to send; one a quarter of an hour does no harm.
fakesmsc_start() {
	(kannel_run "$fakesmsc" -H 127.0.0.1 -r "$smsc_port" -i 900 -m 1000 \
		-v 0 "+33639980001 36111 text ${1:-BONJOUR}" \
		>>"$work/fakesmsc.log" 2>&1) &
	fakesmsc_pid=$!
}

fakesmsc_stop() {
	[ -z "$fakesmsc_pid" ] && return
	kill "$fakesmsc_pid" 2>/dev/null
	wait "$fakesmsc_pid" 2>/dev/null
	fakesmsc_pid=
}

kannel_stop() {
	local pid
	fakesmsc_stop
	for pid in "${kannel_pids[@]}"; do
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	kannel_pids=()
}
