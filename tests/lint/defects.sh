#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every test that docs/defects.md names exists, and every defect names one. A
# test of cmocka must also be in its program's list: named twice.
set -u
status=0 n=0
while read -r defect rest; do
	pairs=$(grep -oE '`tests/[^`]+` `[^`]+`' <<<"$rest")
	[ -n "$pairs" ] || { echo "lint.defects: $defect names no test"; status=1; }
	while IFS='`' read -r _ file _ test _; do
		[ -n "$file" ] || continue
		least=1
		case $file in *.c) least=2 ;; esac
		[ -f "$file" ] && [ "$(grep -cwF -- "$test" "$file")" -ge "$least" ] || {
			echo "lint.defects: $defect: $file has no $test"
			status=1
		}
		n=$((n + 1))
	done <<<"$pairs"
done < <(sed -nE 's/^\| (D[0-9]+) \|/\1 /p' docs/defects.md)
[ "$n" -ge 30 ] || { echo "lint.defects: only $n tests named"; exit 1; }
[ "$status" -eq 0 ] && echo "lint.defects: $n tests stand against the defects"
exit "$status"
