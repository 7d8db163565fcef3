#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Calls the house does not use, each with what to use instead.
set -u
status=0
ban() { # ban REGEX WHY [EXCEPTED-FILE-REGEX]
	local hits
	# Strings are emptied first: what they say is not called.
	hits=$(grep -rn . src include --include='*.[ch]' |
		sed -E 's/"([^"\\]|\\.)*"/""/g' |
		grep -E "(^|[^a-zA-Z0-9_.>])($1) ?\(" |
		grep -vE "^[^:]+:[0-9]+: ?(/?\*|//)" | grep -vE "^(${3:-none}):")
	if [ -n "$hits" ]; then
		printf '%s\n  banned: %s\n' "$hits" "$2"
		status=1
	fi
}
ban 'strcpy|strcat|sprintf|vsprintf|gets|stpcpy|strncat' 'use buf.h, str_copy() or snprintf()'
ban 'strtok|strtok_r' 'walk the text yourself'
ban 'strtol|strtoll|strtoul|strtoull|strtod|atoi|atol|atof|sscanf' 'use num.h'
ban 'time|gettimeofday|clock_gettime' 'use clock.h' 'src/base/clock.c'
ban 'localtime|localtime_r|gmtime|gmtime_r|mktime|timegm|strftime|setlocale' 'use date.h'
ban 'rand|srand|random|drand48' 'randombytes_*() or a printed seed'
ban 'alloca' 'use an arena'
ban 'system|popen' 'no shell'
ban 'malloc|calloc|realloc|strdup|strndup' 'use mem.h' 'src/base/mem.c'
ban 'printf|puts|putchar' 'library code does not print' 'src/(ctl|supervisor)/[a-z_]+.c'
grep -rnE '\b(double|float)\b' src include --include='*.[ch]' |
	grep -vE 'src/(domain/(place|reader)|text/js|collector/mapping|engine/roster/(plane|posting|roster)|engine/match/(scan|matcher|begin))' | grep -vE ':[0-9]+:[	 ]*(/?\*|//)' |
	grep -vE '/\*.*(double|float).*\*/' && {
	echo '  banned: floating point outside geodesy'
	status=1
}
exit $status
