#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Every alarm has its remedy in etrierctl(1), and the manual knows no other.
set -u
codes=$(tr -s '\n\t ' ' ' <src/engine/control/alarms.c | grep -oE '\[ALARM_[A-Z_]+\] = "[a-z_]+"' | sed 's/.*"\(.*\)"/\1/' | sort)
[ "$(wc -l <<<"$codes")" -gt 10 ] || { echo "lint.alarms: no codes found"; exit 1; }
manual=$(sed -n '/^\.SH ALARMS/,/^\.SH FILES/s/^\.B \([a-z_]*\)$/\1/p' man/etrierctl.1 |
	grep -v '^status$' | sort)
diff <(echo "$codes") <(echo "$manual") || { echo "lint.alarms: src (<) and man/etrierctl.1 (>) differ"; exit 1; }
echo "lint.alarms: $(wc -l <<<"$codes") alarms explained"
