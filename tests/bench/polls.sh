#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# How many sources the collector polls a second, beside curl on the same files:
# 2 000 documents of 4 kB, one offer each, from an unpacked nginx on loopback.
# curl throws them away; étrier splits, maps, normalises and writes the offers.
# In turn, and the best of each, since a neighbour only ever slows down.
#
#   BUILD_DIR=build tests/bench/polls.sh [FILES [ROUNDS [PARALLEL]]]
set -u
: "${BUILD_DIR:?the build folder}"
BUILD_DIR=$(realpath "$BUILD_DIR")
files=${1:-2000} rounds=${2:-7} parallel=${3:-20}
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
"$BUILD_DIR/tests/bench-feeds" --files "$files" --folder "$work/www" || exit 1
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

now() { echo $(($(date +%s%N) / 1000000)); }
best_curl=999999 best_etrier=999999
for _ in $(seq "$rounds"); do
	began=$(now)
	curl -sS --no-progress-meter --parallel --parallel-max 50 -o /dev/null \
		"http://127.0.0.1:$port/[0-$((files - 1))].json" || exit 1
	ms=$(($(now) - began))
	[ "$ms" -ge "$best_curl" ] || best_curl=$ms
	ms=$("$BUILD_DIR/tests/bench-polls" "http://127.0.0.1:$port" "$files" "$parallel") || exit 1
	[ "$ms" -ge "$best_etrier" ] || best_etrier=$ms
done
echo "curl --parallel --parallel-max 50: $best_curl ms, $((files * 1000 / best_curl)) files a second"
echo "étrier, $parallel at a time: $best_etrier ms, $((files * 1000 / best_etrier)) polls a second"
echo "étrier over curl: $((best_curl * 100 / best_etrier)) % (floor 70, target 200)"
