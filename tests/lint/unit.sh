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
