#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# What the running processes have given up, as the kernel tells it: every role
# but the supervisor under seccomp, all without new privileges and not
# dumpable; the engine without any socket of the network, nobody else with the
# database or the control socket open. And who may command: in a one-folder
# instance its owner; otherwise never the service's own user.
set -u
name=system.confinement
. tests/peers.sh
. tests/daemon.sh

of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

# The inodes of the sockets a process has open, and its files.
sockets() {
	find "/proc/$1/fd" -type l -printf '%l\n' 2>/dev/null |
		sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p'
}
files() { find "/proc/$1/fd" -type l -printf '%l\n' 2>/dev/null; }

kernel_tells() {
	local pid role lane inode n=0
	[ "$(of "$daemon" NoNewPrivs)" = 1 ] || fail "the supervisor may gain privileges"
	while read -r pid role lane; do
		n=$((n + 1))
		[ "$(of "$pid" Seccomp)" = 2 ] || fail "$role $lane: no seccomp filter"
		[ "$(of "$pid" NoNewPrivs)" = 1 ] || fail "$role $lane: NoNewPrivs"
	done < <(roles)
	[ "$n" -eq 7 ] || fail "$n roles, not 7"
	ctl status 2>/dev/null | grep -q 'warning' && fail "a role is not confined whole"
	grep -q role.unconfined "$log" && fail "a role is not confined whole"
	return 0
}

# Only root may look into what is not dumpable.
root_sees() {
	local pid role lane inode
	while read -r pid role lane; do
		[ -n "$(sockets "$pid")" ] || fail "$role: no pair? cannot look"
		if [ "$role" = engine ]; then
			files "$pid" | grep -q 'etrier\.db$' || fail "no database?"
			for inode in $(sockets "$pid"); do
				grep -q " $inode " /proc/net/tcp /proc/net/tcp6 \
					/proc/net/udp /proc/net/udp6 &&
					fail "the engine has a socket of the network"
			done
		else
			files "$pid" | grep -q 'etrier\.db\|control\.sock\|/secrets/\|/lock$' &&
				fail "$role $lane has a file that is not its own"
		fi
		# What is not dumpable belongs to root in /proc.
		[ -z "$1" ] || [ "$(stat -c %u "/proc/$pid/environ")" -eq 0 ] ||
			fail "$role $lane is dumpable"
		tr '\0' '\n' <"/proc/$pid/environ" |
			grep -qE '^(CREDENTIALS_DIRECTORY|NOTIFY_SOCKET)=' &&
			fail "$role $lane has the environment of the supervisor"
	done < <(roles)
}

instance_new
instance_config
cat >"$folder/sources.d/program.yaml" <<'YAML'
name: program
kind: exec
delivers: window
command: [/bin/sh, -c, exit]
YAML
export NOTIFY_SOCKET=$work/nobody-listens CREDENTIALS_DIRECTORY=$folder/secrets
daemon_start
unset NOTIFY_SOCKET CREDENTIALS_DIRECTORY
all_running || fail "not all roles run"
kernel_tells
say "seccomp and NoNewPrivs of seven roles"
if [ "$(id -u)" -eq 0 ]; then
	root_sees ""
	say "engine: no network; the others: no database, no secret, no lock"
else
	echo "SKIP: (part of $name) open files of the roles: only root may look"
fi
daemon_stop || fail "stop: $?"

# The rest wants a second user.
[ "$(id -u)" -eq 0 ] || skip "$name" "the service's own user: needs root"
getent passwd nobody >/dev/null || skip "$name" "there is no user nobody"
as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
chmod 711 "$work"
$as_nobody test -x "$BUILD_DIR/etrierd" ||
	skip "$name" "user nobody cannot reach the build folder"
$as_nobody test -r "$PWD/conf/refdata/communes.tsv" ||
	skip "$name" "user nobody cannot reach the tree"
as() { # as USER ARGUMENTS: etrierctl
	setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups \
		"$BUILD_DIR/etrierctl" --config "$config" "${@:2}" >"$work/out" 2>&1
}

# One folder: its owner commands.
rm -rf "$folder/state" "$folder/run"
mkdir "$folder/state" "$folder/run"
chown -R nobody:nogroup "$folder"
before=$as_nobody
daemon_start
all_running || fail "not all roles run"
kernel_tells
root_sees nobody
as nobody status || { cat "$work/out"; fail "one folder: its owner is refused"; }
as daemon status && fail "a stranger may command"
say "one folder: its owner commands, a stranger does not"
daemon_stop || fail "stop: $?"

# State and socket elsewhere, as installed: the service's own user may not.
mkdir -m 711 "$work/var"
mkdir -m 755 "$work/var/state" "$work/var/run"
chown nobody:nogroup "$work/var/state" "$work/var/run"
sed -i "s|state: state|state: $work/var/state|; s|run: run|run: $work/var/run|" "$config"
daemon_start
all_running || fail "not all roles run"
[ "$(stat -c %a "$work/var/run/control.sock")" = 660 ] || fail "the socket's mode"
as nobody status
[ $? -eq 1 ] || { cat "$work/out"; fail "the service's own user is not refused with 1"; }
grep -q "etrier-admin" "$work/out" || { cat "$work/out"; fail "no remedy"; }
as nobody agency set MLN mode automatic && fail "the service's own user commands"
as daemon status && fail "a stranger may command"
grep -q 'permission' "$work/out" || { cat "$work/out"; fail "no reason"; }
ctl status >/dev/null || fail "root is refused"
daemon_stop || fail "stop: $?"
say "as installed: root commands, the service's own user is refused"
