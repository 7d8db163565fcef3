#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The pages on a socket that was opened before étrier, as systemd does it
# (LISTEN_FDS, LISTEN_PID): TCP and Unix; who calls while the front is killed
# is served by the next one; without such a socket the service says so and ends.
set -u
name=system.socket
. tests/peers.sh
. tests/daemon.sh

instance_new
instance_config
sed -i 's/^  listen: .*/  listen: systemd/' "$config"
# Becomes what it is told, with a socket at descriptor 3.
cat >"$work/activate.py" <<'PY'
import os, socket, sys
where, *command = sys.argv[1:]
if where.startswith("/"):
    s = socket.socket(socket.AF_UNIX)
    s.bind(where)
else:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", int(where)))
s.listen(16)
fd = os.dup(s.fileno())
if fd != 3:
    os.dup2(fd, 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(command[0], command)
PY
# answer WHERE: the first line of what /method is answered with
answer() {
	/usr/bin/python3 - "$1" <<'PY'
import socket, sys
where = sys.argv[1]
s = socket.socket(socket.AF_UNIX if where.startswith("/") else socket.AF_INET)
s.settimeout(30)
s.connect(where if where.startswith("/") else ("127.0.0.1", int(where)))
s.sendall(b"GET /method HTTP/1.1\r\nHost: x\r\n\r\n")
print(s.recv(4096).split(b"\r\n")[0].decode())
PY
}

for where in "$front_port" "$work/pages.sock"; do
	before="/usr/bin/python3 $work/activate.py $where"
	daemon_start
	[ "$(answer "$where")" = "HTTP/1.1 200 OK" ] || fail "$where: no page"
	front=$(pid_of front)
	kill -STOP "$front"
	answer "$where" >"$work/waits" &
	caller=$!
	sleep 0.3
	kill -KILL "$front"
	wait "$caller" || fail "$where: who called while the front was killed"
	[ "$(cat "$work/waits")" = "HTTP/1.1 200 OK" ] || fail "$where: $(cat "$work/waits")"
	daemon_stop || fail "the stop: $?"
done

before=
daemon_spawn
wait "$daemon"
status=$?
daemon=
[ "$status" -eq 78 ] || fail "without a socket: $status"
grep -q 'systemd gave no listening socket' "$log" || fail "it does not say why"
say "TCP and Unix; nobody turned away while the front was killed; 78 without"
