# SPDX-License-Identifier: EUPL-1.2
# A real Postfix for tests/system, unpacked, on loopback, with the files of
# conf/examples/postfix. Only what names a path, a port, a user or a domain is
# changed, and every change asserts that what it replaces is there. Sourced
# behind peers.sh; the test has a fail() and a folder $work (mode 755):
#
#   relay_new OUT_PORT    $work/relay from the examples; what has no line in
#                         transport goes to OUT_PORT; sets $relay_port
#   relay_start           master, as root
#   relay_end             and everything below it; for a trap
#
# Users: Postfix is "daemon", the Maildir and the pipe are "nobody".
relay_port= relay_pid= relay=

# change FILE TEXT INSTEAD: every TEXT of FILE, of which there is one at least.
change() {
	local text
	text=$(<"$1")
	[[ $text == *"$2"* ]] || fail "${1##*/} has no \"$2\" any more"
	printf '%s\n' "${text//"$2"/$3}" >"$1"
}

# relay_missing: why there can be no relay here; nothing when there can.
relay_missing() {
	[ "$(id -u)" -eq 0 ] || { echo "Postfix starts as root only"; return; }
	getent passwd nobody daemon bin >/dev/null ||
		{ echo "there is no user nobody, daemon or bin"; return; }
	postfix=$(peer postfix usr/sbin/postconf usr/lib/postfix/sbin/master \
		usr/share/postfix/master.cf.dist) ||
		echo "no postfix package"
}

relay_new() {
	local file lib
	postfix=$(peer postfix usr/sbin/postconf) || fail "no postfix"
	relay=$work/relay relay_port=$(free_port)
	mkdir -p "$relay"/{etc,queue,data,mail}
	chmod 755 "$relay" "$relay"/*
	chown nobody "$relay/mail"
	for file in main.cf transport retours laposte; do
		cp "conf/examples/postfix/$file" "$relay/etc/"
	done
	for file in "$relay"/etc/{main.cf,transport}; do
		change "$file" mission-locale.example essai.example
	done
	file=$relay/etc/main.cf
	change "$file" texthash:/etc/postfix/ "texthash:$relay/etc/"
	change "$file" regexp:/etc/postfix/ "regexp:$relay/etc/"
	change "$file" /var/lib/etrier "${relay_mail:-$relay/mail}"
	change "$file" static:990 "static:$(id -u nobody)"
	cat >>"$file" <<-CF
	queue_directory = $relay/queue
	data_directory = $relay/data
	command_directory = $postfix/usr/sbin
	daemon_directory = $postfix/usr/lib/postfix/sbin
	shlib_directory = $postfix/usr/lib/postfix
	meta_directory = $postfix/etc/postfix
	import_environment = MAIL_CONFIG LD_LIBRARY_PATH LANG=C
	mail_owner = daemon
	default_privs = bin
	setgid_group = mail
	inet_protocols = ipv4
	default_transport = smtp:[127.0.0.1]:$1
	maillog_file = $relay/log
	maillog_file_prefixes = $relay
	CF
	file=$relay/etc/master.cf
	sed -E "s/^smtp +inet .*/127.0.0.1:$relay_port inet n - n - - smtpd/" \
		"$postfix/usr/share/postfix/master.cf.dist" >"$file"
	cat conf/examples/postfix/master.cf >>"$file"
	change "$file" regexp:/etc/postfix/ "regexp:$relay/etc/"
	change "$file" user=etrier-bounce:etrier-admin user=nobody:nogroup
	# No service of an unpacked Postfix is in a chroot.
	sed -i -E 's/^([a-z0-9-]+ +unix(-dgram)? +[-yn] +[-yn] +)[-yn]/\1n/' "$file"
	(cd "$relay/queue" && mkdir -p active bounce corrupt defer deferred flush \
		hold incoming private maildrop public saved trace pid) &&
		chown -R daemon "$relay/queue" "$relay/data" &&
		chown root "$relay/queue" "$relay/queue/pid" &&
		chgrp mail "$relay/queue/maildrop" "$relay/queue/public" &&
		chmod 700 "$relay"/queue/* && chmod 755 "$relay/queue/pid" &&
		chmod 730 "$relay/queue/maildrop" &&
		chmod 710 "$relay/queue/public" || fail "no queue"
	lib=$postfix/usr/lib/postfix
	for file in "$postfix"/usr/lib/*-linux-gnu; do lib=$lib:$file; done
	relay_libraries=$lib
}

# in_relay COMMAND ARGUMENTS: one of Postfix's, on this configuration.
in_relay() {
	MAIL_CONFIG=$relay/etc LD_LIBRARY_PATH=$relay_libraries \
		"$postfix/usr/sbin/$1" -c "$relay/etc" "${@:2}"
}

relay_start() {
	MAIL_CONFIG=$relay/etc LD_LIBRARY_PATH=$relay_libraries \
		"$postfix/usr/lib/postfix/sbin/master" -c "$relay/etc" -d \
		>"$relay/master" 2>&1 &
	relay_pid=$!
	wait_for_port "$relay_port" ||
		{ cat "$relay/master"; fail "Postfix does not listen"; }
}

relay_end() {
	[ -z "$relay_pid" ] || kill "$relay_pid" 2>/dev/null
	relay_pid=
}
