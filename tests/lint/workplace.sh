#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Nothing in the tree names the place where it was written: absolute paths of a
# developer's machine, its helpers, or an address that is not invented.
set -u
name=lint.workplace
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	list() { git ls-files -z --cached --others --exclude-standard; }
else
	list() { find . -path './build*' -prune -o -type f -print0; }
fi
status=0
self='tests/lint/workplace\.sh'
look() { # look WHAT REGEX [EXCEPTED-FILE-REGEX]
	local hits
	hits=$(list | xargs -0 grep -nIE -- "$2" /dev/null |
		grep -vE "^(\./)?($self|${3:-none}):")
	[ -z "$hits" ] && return
	printf '%s: %s\n%s\n' "$name" "$1" "$hits"
	status=1
}
n=$(list | tr '\0' '\n' | wc -l)
[ "$n" -gt 100 ] || { echo "$name: only $n files: proves nothing"; exit 1; }
at='(^|[^A-Za-z0-9_.$/@}*-])'
look "the place of this checkout" "$at$(realpath . | sed 's/[.[\*^$()+?{|]/\\&/g')(/|\$|[^A-Za-z0-9_-])"
look "a home folder" "$at/(home/[a-z]|Users/[A-Za-z]|root/)"
# No symlink that leaves the tree.
for link in $(list | tr '\0' '\n' | while IFS= read -r f; do [ -L "$f" ] && echo "$f"; done); do
	case $(readlink "$link") in
	/* | *../../..*) echo "$name: $link leads out of the tree"; status=1 ;;
	esac
done
[ "$status" -eq 0 ] && echo "$name: $n files name no workplace"
exit $status
