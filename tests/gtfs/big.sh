#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# A feed of 40 000 stops and 10 million stop times, made up and imported in
# bounded memory; too long for the suite.
# usage: tests/gtfs/big.sh BUILD_DIR [STOPS TIMES]
set -eu
build=$1 stops=${2:-40000} times=${3:-10000000} limit_kb=262144
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 tests/gtfs/generate.py "$work/feed.zip" --stops "$stops" --times "$times"
printf 'paths: {state: state, run: run, refdata: %s}\n' \
	"$(realpath conf/refdata)" >"$work/etrier.yaml"
python3 - "$build/etrierctl" "$work" "$limit_kb" <<'PY'
import resource, subprocess, sys, time
ctl, work, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = time.time()
subprocess.run([ctl, "--config", work + "/etrier.yaml", "refdata", "import",
                "gtfs", work + "/feed.zip", "--dry-run"], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{time.time() - start:.1f} s, {peak} kB at most")
sys.exit(peak > limit)
PY
