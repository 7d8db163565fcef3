#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The Debian package: built from a clean export, nothing for lintian to say,
# everything in it that an administrator looks for, and programs that find
# their configuration and tables. What an installation does is system.boot's.
set -u
name=system.package
. tests/peers.sh
. tests/package.sh
fail() { echo "$name: FAILED: $*"; exit 1; }
deb=$(package) || fail "the package"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dpkg-deb -x "$deb" "$work/root" && dpkg-deb -e "$deb" "$work/control" || fail "unpack"
has() { [ -s "$work/root/$1" ] || fail "no $1"; }
for page in man/*.[158]; do
	has "usr/share/man/man${page##*.}/$(basename "$page").gz"
done
for file in usr/sbin/etrierd usr/bin/etrierctl \
	usr/share/bash-completion/completions/etrierctl \
	lib/systemd/system/{etrierd.service,etrier-backup.service,etrier-backup.timer} \
	usr/lib/sysusers.d/etrier.conf usr/lib/tmpfiles.d/etrier.conf \
	usr/share/doc/etrier/copyright \
	usr/share/doc/etrier/examples/{nginx/etrier.conf,postfix/main.cf,systemd/etrierd.socket}; do
	has "$file"
done
for table in conf/refdata/*; do has "usr/share/etrier/refdata/$(basename "$table")"; done
grep -q 'Licence Ouverte 2.0' "$work/root/usr/share/etrier/refdata/README.md" ||
	fail "the tables have lost their licence"
for example in conf/sources.d/examples/*; do
	has "usr/share/doc/etrier/examples/sources.d/$(basename "$example")"
done

# dpkg asks before it replaces what somebody edited: every file of /etc.
(cd "$work/root" && find etc -type f -printf '/%p\n' | sort) >"$work/etc"
sort "$work/control/conffiles" | diff - "$work/etc" ||
	fail "files of /etc that an upgrade would overwrite"
[ -e "$work/root/etc/etrier/secrets" ] && fail "the package owns the keys' folder"
find "$work/root" -perm /022 ! -type l | grep . && fail "writable by others"
find "$work/root/usr/local" 2>/dev/null | grep . && fail "/usr/local"

# The programs as they lie there, with a configuration as it lies there.
mkdir -m 700 "$work/secrets"
for key in needs token; do
	(umask 077 && head -c 32 /dev/urandom >"$work/secrets/$key.key")
done
sed "s|^  # refdata: .*|  refdata: $work/root/usr/share/etrier/refdata|
	s|^  #secrets: .*|  secrets: $work/secrets|" \
	"$work/root/etc/etrier/etrier.yaml" >"$work/root/etc/etrier/moved.yaml"
ctl=$work/root/usr/bin/etrierctl
"$ctl" --config "$work/root/etc/etrier/moved.yaml" check >"$work/out" 2>&1 ||
	{ cat "$work/out"; fail "the shipped configuration does not check"; }
"$ctl" --config "$work/root/etc/etrier/moved.yaml" config show >"$work/shown" || fail "show"
grep -q '^security.landlock: required ' "$work/shown" || fail "landlock is not required"
grep -q '^mail.transport: none ' "$work/shown" || fail "mail would leave"
grep -q '^sms.gateway: none ' "$work/shown" || fail "SMS would leave"
"$ctl" completion | diff -q - "$work/root/usr/share/bash-completion/completions/etrierctl" ||
	fail "the completion is not this program's"
bash -n "$work/root/usr/share/bash-completion/completions/etrierctl" || fail "completion"
echo "$name: $(basename "$deb"), $(wc -l <"$work/etc") files of /etc kept by upgrades, checked by lintian"
