#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The reference tables say where they come from, stay small, and are what
# scripts/refdata-build makes of the open data where that is at hand.
set -eu
fail=0
tables=conf/refdata
for table in "$tables"/*.tsv; do
	for key in VERSION SOURCE LICENCE 'BUILT-BY scripts/refdata-build'; do
		head -n 4 "$table" | grep -q "^# $key" || {
			echo "$table: no line \"# $key\""
			fail=1
		}
	done
done
size=$(cat "$tables"/* | wc -c)
if [ "$size" -gt 3000000 ]; then
	echo "$tables: $size bytes, more than 3000000"
	fail=1
fi
data=../shared/data
if [ -d "$data" ]; then
	new=$(mktemp -d)
	trap 'rm -rf "$new"' EXIT
	python3 scripts/refdata-build "$data" "$new" >"$new/log"
	for table in "$tables"/*.tsv; do
		cmp "$table" "$new/${table##*/}" || fail=1
	done
else
	echo "SKIP: the open data is not here, tables not built again"
fi
exit $fail
