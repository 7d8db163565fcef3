#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Inside fresh namespaces: lays a tmpfs over the whole of /, so that nothing
# done here reaches the host, and becomes systemd. Called by tests/system/boot.sh
# with the environment ROOT (an empty folder), TREE, OUT, DEB, TESTS (the build
# folder with the fakes).
set -eu
mount --make-rprivate /
mount -t tmpfs -o size=2g tmpfs "$ROOT"
mkdir "$ROOT"/{up,work,m}
mount -t overlay overlay -o "lowerdir=/,upperdir=$ROOT/up,workdir=$ROOT/work" "$ROOT/m"
m=$ROOT/m
mount -t proc proc "$m/proc"
mount -t sysfs sysfs "$m/sys"
mount -t cgroup2 cgroup2 "$m/sys/fs/cgroup"
mount -t tmpfs tmpfs "$m/run"
mount -t tmpfs tmpfs "$m/tmp"
mount -t tmpfs tmpfs "$m/dev"
mkdir "$m"/dev/{shm,pts,mqueue,hugepages}
for d in kmsg null zero full random urandom tty; do cp -a "/dev/$d" "$m/dev/"; done
ln -s /proc/self/fd "$m/dev/fd"
# Without ptmx PrivateDevices= fails.
mount -t devpts devpts "$m/dev/pts" -o newinstance,ptmxmode=0666,mode=620
ln -s pts/ptmx "$m/dev/ptmx"
mount -t tmpfs tmpfs "$m/dev/shm"
mount -t mqueue mqueue "$m/dev/mqueue" || true
mkdir -p "$m"/boot-test/{tree,out,tests}
mount --bind "$TREE" "$m/boot-test/tree"
mount --bind "$OUT" "$m/boot-test/out"
mount --bind "$TESTS" "$m/boot-test/tests"
cp "$DEB" "$m/boot-test/etrier.deb"
# A container's habit that would keep the package from starting its service.
rm -f "$m/usr/sbin/policy-rc.d"
# Whatever this machine has of étrier is not what is tested.
rm -rf "$m"/etc/etrier "$m"/var/lib/etrier
ip link set lo up
cd "$m"
mkdir old
pivot_root . old
cd /
umount -l /old
# Without it LoadCredential= gives an empty folder.
mount --make-rshared /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 container=etrier \
	SYSTEMD_UNIT_PATH=/boot-test/tree/tests/boot/units:/etc/systemd/system:/lib/systemd/system \
	/lib/systemd/systemd --unit=scenario.target --log-target=kmsg \
	--log-level=info --show-status=no
