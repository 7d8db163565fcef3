#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The real collector process (etrierd --role collector), with a supervisor and
# an engine played by a few lines of Python, against the demo's server and the
# one that misbehaves. Proves what the unit tests cannot: the binary, its
# confinement as installed here, and that a poll gives offer lines end to end.
set -euo pipefail
: "${BUILD_DIR:?}"
cd "$(dirname "$0")/../.."
for program in etrierd tests/etrier-demo-http tests/etrier-bad-http; do
	if [ ! -x "$BUILD_DIR/$program" ]; then
		echo "SKIP: system.collector: $program is not built"
		exit 77
	fi
done
if [ ! -x /usr/bin/python3 ]; then
	echo "SKIP: system.collector: no /usr/bin/python3"
	exit 77
fi
exec timeout 120 /usr/bin/python3 - "$BUILD_DIR" "$PWD" <<'PYTHON'
import json, os, socket, subprocess, sys

build, tree = sys.argv[1:]
running = [] # killed when a check fails: nobody stays and holds our output

def server(name, *args):
    p = subprocess.Popen([f"{build}/tests/{name}", *args],
                         stdout=subprocess.PIPE, text=True)
    running.append(p)
    return p, int(p.stdout.readline().split()[1])

demo, demo_port = server("etrier-demo-http", f"{tree}/tests/golden/feeds")
bad, bad_port = server("etrier-bad-http")

def source(name, port, path, **more):
    return {"name": name, "kind": "json", "records": "data.offres",
            "url": f"http://127.0.0.1:{port}{path}", "delivers": "complete",
            "map": "m", "max_bytes": 1 << 20, "max_offers": 1000,
            "max_record_bytes": 65536, "min_interval_ms": 0,
            "expires_days": 0, "allow_private": True,
            "fields": {"ref": {"paths": ["reference"]},
                       "title": {"paths": ["metier.titre"]},
                       "rome": {"paths": ["metier.codeRome"]},
                       "place.insee": {"paths": ["lieu.insee"]}}, **more}

config = {"role": "collector",
          "paths": {"refdata": f"{tree}/conf/refdata"},
          "security": {"landlock": "preferred"},
          "collector": {"max_parallel": 4, "per_host": 2,
                        "connect_timeout_s": 3, "transfer_timeout_s": 10},
          "sources": {
              "good": source("good", demo_port, "/artisans-idf.json"),
              "cut": source("cut", bad_port, "/cut", records="offers"),
              "inward": source("inward", bad_port, "/to-metadata"),
          }}

sup, sup_role = socket.socketpair()
eng, eng_role = socket.socketpair()

def place():
    # high first: one of the two may sit on the other's number
    s, e = os.dup(sup_role.fileno()), os.dup(eng_role.fileno())
    import fcntl
    s, e = fcntl.fcntl(s, fcntl.F_DUPFD, 20), fcntl.fcntl(e, fcntl.F_DUPFD, 20)
    os.dup2(s, 3)
    os.dup2(e, 4)

# A confined process cannot look for its leaks: /proc is closed to it.
asan = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
role = subprocess.Popen(
    [f"{build}/etrierd", "--role", "collector", "--lane", "", "--gen", "1"],
    env={**os.environ, "ASAN_OPTIONS": asan.lstrip(":")},
    preexec_fn=place, close_fds=False, stderr=subprocess.PIPE, text=True)
running.append(role)
sup_role.close(); eng_role.close()
sup_in, eng_in = sup.makefile("r"), eng.makefile("r")

def send(sock, **line):
    sock.sendall((json.dumps(line) + "\n").encode())

def until(stream, kind):
    seen = []
    for text in stream:
        line = json.loads(text)
        if line["t"] == kind:
            return line, seen
        seen.append(line)
    raise SystemExit(f"FAIL no {kind}: {seen[-3:]}")

send(sup, t="config", gen=1, text=json.dumps(config), end=True)
until(sup_in, "ready")
send(sup, t="commit", gen=1)
confined, _ = until(sup_in, "confined")

def poll(number, name):
    send(eng, t="poll", id=number, source=name)
    polled, seen = until(eng_in, "polled")
    return polled, [x for x in seen if x["t"] == "offer"]

def check(what, truth):
    print(("ok   " if truth else "FAIL ") + what)
    if not truth:
        for process in running:
            process.kill()
        raise SystemExit(1)

polled, offers = poll(1, "good")
check("a good feed is complete", polled["result"] == "ok"
      and polled["complete"] and len(offers) == 15 == polled["good"])
check("offers carry the source and a resolved place",
      all(o["offer"]["source"] == "good" and o["offer"]["place"]["insee"]
          for o in offers))
again, offers = poll(2, "cut")
check("a cut feed is never complete",
      again["result"] == "failed" and not again["complete"])
inward, offers = poll(3, "inward")
check("a redirect to an inner address is refused",
      inward["result"] == "failed" and not offers
      and "public internet" in inward["error"])
send(eng, t="poll", id=4, source="good", etag=polled["etag"],
     cursor=polled["cursor"])
same, seen = until(eng_in, "polled")
check("an unchanged feed sends nothing", same["result"] == "unchanged"
      and not [x for x in seen if x["t"] == "offer"])
eng.sendall(b"this is no line\n{\"t\":\"nonsense\"}\n")
check("a bad line costs only itself", poll(5, "good")[0]["result"] == "ok")
send(sup, t="stop")
check("the role stops in order", role.wait(20) == 0)
log = role.stderr.read()
check("the log names no offer", "Boulang" not in log and "AR-1001" not in log)
print("landlock:", confined.get("landlock"), confined.get("warning") or "")
demo.kill(); bad.kill()
PYTHON
