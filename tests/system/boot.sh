#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The Debian package under a real systemd, booted in namespaces of its own over
# a throw-away copy of this machine's files: installed, ready, reloaded, killed,
# stopped, upgraded, removed. The checks are tests/boot/scenario.sh, one line
# each. Nothing of it reaches the host: no file, service, user or process.
#
# KEEP=1 leaves the output folder; ONLY=REGEX runs the checks that match.
set -u
name=system.boot
. tests/peers.sh
. tests/package.sh
BUILD_DIR=$(realpath "${BUILD_DIR:?the build folder}") || exit 1
[ "$(id -u)" -eq 0 ] || skip "$name" "only root can boot a systemd"
[ -x /lib/systemd/systemd ] || skip "$name" "there is no systemd"
command -v ip >/dev/null || skip "$name" "there is no ip(8)"
cgroups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
[ -n "$cgroups" ] || skip "$name" "there is no cgroup2"
unshare --pid --fork --mount --cgroup --uts --ipc --net true 2>/dev/null ||
	skip "$name" "no namespaces"

deb=$(package) || { echo "$name: FAILED: the package"; exit 1; }
work=$(mktemp -d)
group=$cgroups/etrier-boot-$$
end() {
	[ -d "$group" ] && { # whoever is left, then the folders
		echo 1 >"$group/cgroup.kill" 2>/dev/null
		sleep 0.2
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
	}
	mkdir -p "$BUILD_DIR/test-logs"
	# Read by lint.logs like every other log of the daemon.
	[ -s "$work/out/etrierd.log" ] &&
		cp "$work/out/etrierd.log" "$BUILD_DIR/test-logs/boot.log"
	if [ -n "${KEEP:-}" ]; then echo "$name: kept $work"; else rm -rf "$work"; fi
}
trap end EXIT
mkdir "$work"/{root,out} && mkdir "$group" || skip "$name" "the cgroup folder is read-only"
mount -t tmpfs tmpfs "$work/root" 2>/dev/null && umount "$work/root" ||
	skip "$name" "this root may not mount"
echo "${ONLY:-.}" >"$work/out/only"
export ROOT=$work/root OUT=$work/out TREE=$PWD DEB=$deb TESTS=$BUILD_DIR/tests
bash -c 'echo $$ >"$0/cgroup.procs" && exec timeout -s KILL 420 unshare --pid \
	--fork --kill-child --mount --cgroup --uts --ipc --net \
	bash tests/boot/inner.sh' "$group" >"$work/out/systemd.log" 2>&1 </dev/null
cat "$work/out/results" 2>/dev/null
if ! grep -q '^end of the scenario$' "$work/out/results"; then
	tail -n 40 "$work/out/systemd.log"
	echo "$name: FAILED: the scenario did not reach its end"
	exit 1
fi
n=$(grep -c '^ok ' "$work/out/results")
bad=$(grep -c '^FAILED ' "$work/out/results")
if [ "$bad" -gt 0 ] || [ "$n" -eq 0 ]; then
	tail -n 60 "$work/out/etrierd.log"
	echo "$name: FAILED: $bad of $((n + bad)) checks"
	exit 1
fi
echo "$name: $n checks under $(/lib/systemd/systemd --version | head -n 1)"
