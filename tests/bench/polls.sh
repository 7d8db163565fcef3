#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# How many sources the collector polls a second, beside curl on the same files:
# 200 documents of 4 kB (as many as there may be sources), one offer each, ten
# times each, from an unpacked nginx on loopback. curl throws them away; étrier
# splits, maps, normalises and writes the offers; once more with their words read
# too. In turn, and the best of each, since a neighbour only ever slows down.
#
#   BUILD_DIR=build tests/bench/polls.sh [TIMES [ROUNDS [PARALLEL]]]
set -u
: "${BUILD_DIR:?the build folder}"
BUILD_DIR=$(realpath "$BUILD_DIR")
times=${1:-10} rounds=${2:-7} parallel=${3:-20}
sources=200 polls=$((200 * times))
. tests/peers.sh
nginx=$(peer nginx usr/sbin/nginx) || skip polls "no nginx from the Debian mirror"
command -v curl >/dev/null || skip polls "no curl"
work=$(mktemp -d) server=
finish() {
	[ -z "$server" ] || kill "$server"
	rm -rf "$work"
}
trap finish EXIT
mkdir "$work/www"
"$BUILD_DIR/tests/bench-feeds" --files "$sources" --folder "$work/www" || exit 1
port=$(free_port)
cat >"$work/nginx.conf" <<CONF
daemon off; master_process off;
pid $work/pid; error_log $work/error.log;
events { worker_connections 512; }
http {
	client_body_temp_path $work/body; proxy_temp_path $work/proxy;
	fastcgi_temp_path $work/fastcgi; uwsgi_temp_path $work/uwsgi;
	scgi_temp_path $work/scgi;
	access_log off; keepalive_requests 1000000; tcp_nodelay on;
	open_file_cache max=10000; default_type application/json;
	server { listen 127.0.0.1:$port; root $work/www; }
}
CONF
"$nginx/usr/sbin/nginx" -p "$work" -c "$work/nginx.conf" 2>"$work/stderr" &
server=$!
wait_for_port "$port" || { cat "$work/stderr"; exit 1; }

# best NAME VALUE: keeps the smaller one.
best() { [ "$2" -ge "${!1}" ] || printf -v "$1" %s "$2"; }
curl_ms=999999 curl_cpu=999999 etrier_ms=999999 etrier_cpu=999999
read_ms=999999 read_cpu=999999
TIMEFORMAT='%R %U %S'
for _ in $(seq "$rounds"); do
	{ time curl -sS --no-progress-meter --parallel --parallel-max 50 -o /dev/null \
		"http://127.0.0.1:$port/[0-$((sources - 1))].json?[1-$times]" 2>"$work/said"; } 2>"$work/time" ||
		{ cat "$work/said"; exit 1; }
	read -r ms cpu < <(awk '{ print $1 * 1000, ($2 + $3) * 1000 }' "$work/time")
	best curl_ms "$ms"
	best curl_cpu "$cpu"
	said=$("$BUILD_DIR/tests/bench-polls" "http://127.0.0.1:$port" "$polls" "$parallel") || exit 1
	read -r ms cpu <<<"$said"
	best etrier_ms "$ms"
	best etrier_cpu "$cpu"
	said=$("$BUILD_DIR/tests/bench-polls" "http://127.0.0.1:$port" "$polls" "$parallel" read) || exit 1
	read -r ms cpu <<<"$said"
	best read_ms "$ms"
	best read_cpu "$cpu"
done
row() { echo "$1: $2 ms, $((polls * 1000 / $2)) a second, $(($3 * 1000 / polls)) µs of processor each"; }
row "curl --parallel --parallel-max 50" "$curl_ms" "$curl_cpu"
row "étrier, $parallel at a time" "$etrier_ms" "$etrier_cpu"
row "étrier, with the words of offers read" "$read_ms" "$read_cpu"
echo "étrier over curl: $((curl_ms * 100 / etrier_ms)) % (floor 70, target 200); by processor time $((curl_cpu * 100 / etrier_cpu)) %"
