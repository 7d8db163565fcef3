# SPDX-License-Identifier: EUPL-1.2
# Real peers for tests/system, unpacked into $BUILD_DIR/peers and never
# installed: nothing on the host is started, replaced or configured. Sourced:
#
#   . tests/peers.sh
#   postfix=$(peer postfix usr/sbin/smtp-sink) || skip NAME "no smtp-sink"
#   port=$(free_port)
#   wait_for_port "$port"
#   opendkim=$(peer_whole opendkim usr/sbin/opendkim)

# Unpacking changes the folder; a name from here would be another's there.
BUILD_DIR=$(realpath -m "${BUILD_DIR:-build}")

# skip NAME REASON: ends the test as skipped, with its reason.
skip() {
	echo "SKIP: $1: $2"
	exit 77
}

# peer PACKAGE FILE...: unpacks the Debian packages "PACKAGE" once and prints
# the folder they are in; 1 when the mirror cannot be reached or FILE is not
# there afterwards. Two tests at a time wait for one another.
peer() {
	local package=$1 file
	local folder=$BUILD_DIR/peers/$package
	shift
	mkdir -p "$BUILD_DIR/peers" || return 1
	(
		flock 9
		[ -e "$folder/.whole" ] && exit 0
		rm -rf "$folder" && mkdir -p "$folder/deb" || exit 1
		cd "$folder/deb" || exit 1
		timeout 120 apt-get download "$package" >../download.log 2>&1 ||
			exit 1
		dpkg -x ./*.deb "$folder" && touch "$folder/.whole"
	) 9>"$BUILD_DIR/peers/$package.lock" || return 1
	for file in "$@"; do
		[ -e "$folder/$file" ] || return 1
	done
	echo "$folder"
}

# peer_whole PACKAGE FILE...: as peer(), with all that apt would install beside
# it because this machine has it not.
peer_whole() {
	local package=$1 file
	local folder=$BUILD_DIR/peers/$package
	shift
	mkdir -p "$BUILD_DIR/peers" || return 1
	(
		flock 9
		[ -e "$folder/.whole" ] && exit 0
		rm -rf "$folder" && mkdir -p "$folder/deb" || exit 1
		cd "$folder/deb" || exit 1
		# shellcheck disable=SC2046
		timeout 120 apt-get download "$package" $(apt-get -s \
			--no-install-recommends install "$package" 2>/dev/null |
			sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -vFx "$package") \
			>../download.log 2>&1 || exit 1
		for deb in ./*.deb; do dpkg -x "$deb" "$folder" || exit 1; done
		rm -rf "$folder/deb" && touch "$folder/.whole"
	) 9>"$BUILD_DIR/peers/$package.lock" || return 1
	for file in "$@"; do
		[ -e "$folder/$file" ] || return 1
	done
	echo "$folder"
}

# chromium: unpacks a headless Chromium and the libraries that this machine has
# not, or finds the machine's own, and prints "LIBRARIES PROGRAM" for
# tests/browser; 1 as peer() has it.
chromium() {
	local folder=$BUILD_DIR/peers/chromium path
	local program=$folder/usr/lib/chromium/chromium-headless-shell
	local own=/usr/lib/chromium/chromium-headless-shell
	[ -x "$own" ] && echo "${own%/*} $own" && return 0
	mkdir -p "$BUILD_DIR/peers" || return 1
	(
		flock 9
		[ -e "$folder/.whole" ] && exit 0
		rm -rf "$folder" && mkdir -p "$folder/deb" || exit 1
		cd "$folder/deb" || exit 1
		# shellcheck disable=SC2046
		timeout 180 apt-get download $(apt-get -s --no-install-recommends \
			install chromium-headless-shell 2>/dev/null |
			sed -n 's/^Inst \([^ ]*\) .*/\1/p') \
			>../download.log 2>&1 || exit 1
		for deb in ./*.deb; do dpkg -x "$deb" "$folder" || exit 1; done
		rm -rf "$folder/deb" && touch "$folder/.whole"
	) 9>"$BUILD_DIR/peers/chromium.lock" || return 1
	path=$folder/usr/lib/chromium
	for dir in "$folder"/usr/lib/*-linux-gnu "$folder"/usr/lib/*-linux-gnu/*/; do
		[ -d "$dir" ] && path=$path:${dir%/}
	done
	[ -x "$program" ] && ! LD_LIBRARY_PATH=$path ldd "$program" 2>&1 |
		grep -q 'not found' || return 1
	echo "$path $program"
}

# A port nobody had a moment ago; the peer that takes it should be started at
# once and the test should try again with another when it cannot bind.
free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for_port PORT [SECONDS]: until something accepts on 127.0.0.1.
wait_for_port() {
	local i
	for ((i = 0; i < ${2:-10} * 10; i++)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}
