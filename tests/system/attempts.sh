#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# From inside each running role, everything its confinement must prevent
# (tests/probe/probe.c), as a user without privileges, with Landlock required;
# and the same without confinement, where it must succeed, or nothing is proved.
# tests/boot/scenario.sh does it again under the unit.
set -u
name=system.attempts
. tests/peers.sh
. tests/daemon.sh
command -v "${CC:-cc}" >/dev/null || skip "$name" "no compiler for the probe"
/usr/bin/python3 -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)' ||
	skip "$name" "this kernel has no Landlock"

instance_new
more="security: {landlock: required}"
instance_config
cat >"$folder/sources.d/program.yaml" <<'YAML'
name: program
kind: exec
delivers: window
command: [/bin/sh, -c, exit]
YAML
probe=$work/probe.so
"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$probe" tests/probe/probe.c &&
	"${CC:-cc}" -D_GNU_SOURCE -DPROBE_ALONE -o "$work/alone" tests/probe/probe.c ||
	fail "the probe does not compile"
as=
if [ "$(id -u)" -eq 0 ]; then
	getent passwd nobody >/dev/null || skip "$name" "there is no user nobody"
	chmod 711 "$work"
	chown -R nobody:nogroup "$folder"
	as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
	$as test -x "$BUILD_DIR/etrierd" && $as test -r "$PWD/conf/refdata/communes.tsv" ||
		skip "$name" "user nobody cannot reach the tree"
fi
out=$work/results
: >"$out"
chmod 666 "$out"
# Stands for another role: same user, nothing hidden.
$as sleep 600 &
helpers+=($!)
export PROBE_OUT=$out PROBE_DB=$folder/state/etrier.db PROBE_DIR=$folder/state \
	PROBE_SOCK=$folder/run/control.sock PROBE_SECRET=$folder/secrets/needs.key \
	PROBE_CRED=$folder/secrets/token.key PROBE_PID=$!
roles="engine collector runner mail-1 mail-2 sms-1 front"
for role in $roles unconfined; do # what may be cut, removed and renamed
	for file in file unlink rename; do
		$as bash -c "echo x >'$folder/state/probe-$file-$role'"
	done
done
$as /usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
time.sleep(600)' "$folder/state/probe-dgram" &
helpers+=($!)
# The database is there before anybody looks for it.
before=$as
daemon_start
daemon_stop || fail "stop: $?"
before="env LD_PRELOAD=$probe ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 $as"
daemon_start
all_running || fail "not all roles run"
for _ in $(seq 100); do
	[ "$(grep -c ' bpf ' "$out")" -ge 7 ] && break
	sleep 0.1
done
sleep 1
# The same, without confinement, beside the living database.
$as env LD_PRELOAD= "$work/alone"
/usr/bin/python3 tests/probe/verdict.py "$out" $roles >"$work/verdict"
status=$?
cat "$work/verdict"
all_running || fail "a role did not survive"
daemon_stop || fail "stop: $?"
[ "$status" -eq 0 ] || fail "see above"
