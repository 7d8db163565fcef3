#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# .clang-format decides.
command -v clang-format >/dev/null || {
	echo "SKIP: lint.format: clang-format is not installed"
	exit 77
}
find src include tests -name '*.[ch]' -not -path 'tests/bench/workload/*' -print0 |
	xargs -0 clang-format --dry-run -Werror 2>&1 | grep -E 'error|warning' |
	cut -d: -f1 | sort | uniq -c
exit "${PIPESTATUS[1]}"
