#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The units as they are installed score 1.5 or better; nothing in them is a
# setting that systemd does not know.
set -u
: "${BUILD_DIR:?the build folder}"
command -v systemd-analyze >/dev/null || { echo "SKIP: lint.unit: there is no systemd-analyze"; exit 77; }
n=0
for unit in "$BUILD_DIR"/made/*.service; do
	said=$(systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" 2>&1) || {
		echo "$said" | grep -vE '^✓' | head -n 40
		echo "lint.unit: $(basename "$unit") scores above 1.5"
		exit 1
	}
	grep -iE 'unknown|failed to parse|invalid' <<<"$said" && { echo "lint.unit: $unit"; exit 1; }
	echo "lint.unit: $(basename "$unit"): $(tail -n 1 <<<"$said" | grep -oE '[0-9.]+ [A-Z]+')"
	n=$((n + 1))
done
[ "$n" -eq 2 ] || { echo "lint.unit: $n units, not 2"; exit 1; }
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' systemd/etrier-backup.timer)" >/dev/null ||
	{ echo "lint.unit: the timer's time"; exit 1; }
# The calls that start and end a program of a source of kind exec are left by
# the unit's filter: the sets of systemd 252 are its to change.
/usr/bin/python3 - "$BUILD_DIR/made/etrierd.service" <<'PY' || exit 1
import re, subprocess, sys
WANTED = """execve setsid prlimit64 prctl seccomp landlock_create_ruleset
landlock_add_rule landlock_restrict_self close_range dup2 pipe2 fcntl chdir kill
waitid wait4 clone""".split()
sets, name = {}, None
for line in subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"],
                           capture_output=True, text=True).stdout.splitlines():
    if line.startswith("@"):
        name = line.strip()
        sets[name] = []
    elif name and line.startswith("    ") and not line.strip().startswith("#"):
        sets[name].append(line.strip())

def calls(word):
    if not word.startswith("@"):
        return {word}
    return set().union(*map(calls, sets[word])) if sets[word] else set()

left = calls("@default")
for line in open(sys.argv[1]):
    found = re.match(r"SystemCallFilter=(~?)(.*)", line)
    for word in found[2].split() if found else []:
        left = left - calls(word) if found[1] else left | calls(word)
missing = [c for c in WANTED if c not in left]
if missing or len(left) < 100:
    sys.exit(f"lint.unit: no program could be run: {missing or 'no sets'}")
unit = open(sys.argv[1]).read()
source = open("src/runner/program.h").read()
tasks = int(re.search(r"TasksMax=(\d+)", unit)[1])
programs = int(re.search(r"PROGRAM_TASKS_SERVICE (\d+)", source)[1])
if programs + 37 > tasks:
    sys.exit(f"lint.unit: TasksMax={tasks}: programs may take {programs} of them")
PY
