#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# How many mails a second leave and are settled, beside Postfix's smtp-source
# (one session, its connection kept) against the same smtp-sink, in turn, and
# the best of each, since a neighbour only ever slows down. smtp-source sends a
# ready text; étrier asks permission again, makes tokens, freezes the model,
# renders, builds MIME, sends, and writes what became of it (synchronous=FULL).
# First the mail as it is (about 4 kB), with two lanes and with one; then other
# sizes, by templates of that size. Behind it, for a busy machine, what a mail
# took of the processor in the engine, in its lane and in smtp-source (the least
# seen), and the load.
#
#   BUILD_DIR=build tests/bench/mail.sh [MAILS [ROUNDS]]
set -u
: "${BUILD_DIR:?the build folder, without sanitizers}"
BUILD_DIR=$(realpath "$BUILD_DIR")
mails=${1:-3000} rounds=${2:-3}
. tests/peers.sh
postfix=$(peer postfix usr/sbin/smtp-sink usr/sbin/smtp-source) ||
	skip bench.mail "no postfix from the Debian mirror"
export LD_LIBRARY_PATH=$postfix/usr/lib/postfix
work=$(mktemp -d) sink=
finish() {
	[ -z "$sink" ] || kill "$sink"
	rm -rf "$work"
}
trap finish EXIT
port=$(free_port)
"$postfix/usr/sbin/smtp-sink" -u "$(id -un)" "127.0.0.1:$port" 100 2>"$work/sink" &
sink=$!
wait_for_port "$port" || { cat "$work/sink"; exit 1; }

# The offer's mail as a text of so many bytes, the stop link in it.
templates() { # templates FOLDER BYTES
	cp -r conf/templates "$1"
	printf '<p>{{first_name}}</p>\n' >"$1/fr/offer.html.mustache"
	/usr/bin/python3 - "$1/fr/offer.txt.mustache" "$2" <<-'PY'
	import sys
	fill = "Une ligne comme une autre, pour la taille du message.\n"
	n = max(0, int(sys.argv[2]) - 950)
	text = open(sys.argv[1]).read() if n > 2000 else "{{first_name}}\n{{stop_url}}\n"
	open(sys.argv[1], "w").write(text + (fill * (n // len(fill) + 1))[:n] + "\n")
	PY
}

rate() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%d", n / s }'; }
each() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%d", s / n * 1e6 }'; }
least() { [ "$2" -ge "${!1}" ] || printf -v "$1" %s "$2"; }
best() { [ "$2" -le "${!1}" ] || printf -v "$1" %s "$2"; }
compare() { # compare LABEL TEMPLATES LANES [ENGINE]
	local peer=0 own=0 n s bytes=4096 e l c t0 t1 engine=1000000 lane=1000000 source=1000000
	for _ in $(seq "$rounds"); do
		read -r n s bytes e l < <("$BUILD_DIR/tests/bench-mail" "$port" "$3" "$mails" "$2" "${4:-auto}")
		[ -n "${bytes:-}" ] || exit 1
		best own "$(rate "$n" "$s")"
		least engine "$(each "$n" "$e")"
		least lane "$(each "$n" "$l")"
		t0=$EPOCHREALTIME
		c=$({ TIMEFORMAT='%U %S' && time "$postfix/usr/sbin/smtp-source" -d -s 1 \
			-m "$mails" -l "$bytes" -f a@ml.example -t b@jeune.example \
			"127.0.0.1:$port" 2>&3; } 2>&1 3>&2) || exit 1
		t1=$EPOCHREALTIME
		least source "$(each "$mails" "$(awk '{ print $1 + $2 }' <<<"$c")")"
		best peer "$(rate "$mails" "$(awk -v a="$t0" -v b="$t1" 'BEGIN { print b - a }')")"
	done
	awk -v l="$1" -v b="$bytes" -v o="$own" -v p="$peer" -v w="$engine + $lane, $source" \
		-v load="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN {
		printf "%-24s %6d bytes  %6d/s  smtp-source %6d/s  ratio %.2f  (%s us, load %s)\n",
			l, b, o, p, o / p, w, load }'
}

compare "as it is, two lanes" conf/templates 2
compare "as it is, one lane" conf/templates 1
compare "as it is, two, curl" conf/templates 2 curl
for kb in 1 4 16 64; do
	templates "$work/t$kb" $((kb * 1024))
	compare "${kb} kB, two lanes" "$work/t$kb" 2
done
