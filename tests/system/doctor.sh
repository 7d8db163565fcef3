#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# `etrierctl doctor` and the mail's standing: SPF, DKIM, DMARC, PTR and MX against
# recorded answers (tests/golden/dns/CASE.zone over well.zone, served on loopback;
# what it says otherwise is CASE.out), against a real name server, with the relay's
# certificate and a delivered mail. Nothing is ever asked of another machine.
# What doctor says of the service itself is system.watch's. UPDATE=1 writes the
# golden files anew.
set -u
name=system.doctor
. tests/peers.sh
. tests/daemon.sh
golden=$PWD/tests/golden/dns
instance_new
chmod 700 "$folder/state"
chmod 750 "$folder/run"

# A relay that greets as what the world reads.
cat >"$work/greeter.py" <<'PY'
import socket
s = socket.create_server(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    with c:
        c.sendall(b"220 mx.ml.example ESMTP\r\n")
PY
/usr/bin/python3 "$work/greeter.py" >"$work/greeter" 2>&1 &
helpers+=($!)
cp "$golden/well.zone" "$work/zone"
helper dns.py "$work/zone"
dns_port=$port dns_log=$work/helper-1
until_ 10 grep -q port "$work/greeter" || fail "the greeter does not start"
relay_port=$(sed -n 's/^port //p' "$work/greeter")

# configure PORT MORE: the mail of the instance.
configure() {
	mail="{transport: smtp, host: 127.0.0.1, port: $1, from_address: offres@offres.ml.example, bounce_domain: retours.ml.example, dkim_selector: s2026, public_address: [192.0.2.10, '2001:db8::10']${2:-}}"
	planner='{windows: normal}'
	instance_config
}
# looked OPTIONS...: doctor's mail section into $work/out; sets $status.
looked() {
	ctl "$@" doctor --mail --resolver "127.0.0.1:$dns_port" "${more_options[@]}" >"$work/out" 2>&1
	status=$?
	sed -i "s/port $relay_port/port PORT/; s#$work#WORK#g" "$work/out"
}
more_options=()
# asked: the questions since mark.
mark() { asked_from=$(($(stat -c %s "$dns_log") + 1)); }
asked() { tail -c "+$asked_from" "$dns_log"; }
zone_of() { # zone_of CASE
	cat "$golden/well.zone"
	[ "$1" = well ] || { echo ---; cat "$golden/$1.zone"; }
}
configure "$relay_port"

# --- recorded answers ---
n=0
for file in "$golden/well.zone" "$golden"/[!w]*.zone; do
	case=$(basename "$file" .zone)
	zone_of "$case" >"$work/zone"
	mark
	looked
	echo "status $status" >>"$work/out"
	if [ "$case" = well ]; then
		cp "$work/out" "$work/said"
	else # what is said otherwise
		diff "$golden/well.out" "$work/out" | grep '^[<>]' >"$work/said"
	fi
	[ -n "${UPDATE:-}" ] && cp "$work/said" "$golden/$case.out"
	diff -u "$golden/$case.out" "$work/said" || { cat "$work/out"; fail "$case"; }
	# Each question once; twice over TCP when cut, and when nobody answers.
	case $case in silent | servfail | cut | stray) ;; *)
		[ -z "$(asked | sort | uniq -d)" ] || { asked | sort | uniq -d; fail "$case: asked twice"; } ;;
	esac
	n=$((n + 1))
done
[ "$n" -ge 20 ] || fail "only $n cases"
zone_of cut >"$work/zone"
mark
looked
asked >"$work/asked"
grep -q ' tcp$' "$work/asked" ||
	fail "a cut answer is not asked for over TCP"
zone_of well >"$work/zone"
looked --json
/usr/bin/python3 - "$work/out" <<'PY' || fail "--json"
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert {r["check"] for r in rows} >= {"spf", "dkim", "dmarc", "ptr", "mx", "tls", "relay"}, rows
assert all(r["level"] == "ok" and r["text"] for r in rows), rows
PY
zone_of spf-none >"$work/zone"
looked --json
/usr/bin/python3 - "$work/out" <<'PY' || fail "--json of a problem"
import json, sys
(bad,) = [r for r in map(json.loads, open(sys.argv[1])) if r["level"] == "error"]
assert bad["check"] == "spf" and bad["why"] and bad["remedy"] == "publish", bad
assert bad["record"] == {"name": "retours.ml.example", "type": "TXT",
                         "value": "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all"}, bad
PY
say "$n cases of recorded answers are judged, each question asked once"

# --- digests from a domain of their own ---
zone_of well >"$work/zone"
configure "$relay_port" ", digest_from_address: conseil@conseil.ml.example"
looked
[ "$status" -ne 0 ] || fail "digests leave from a domain without records"
for line in 'spf +conseil.ml.example' 'error +dkim .*conseil.ml.example' \
	'ok +dmarc +offres.ml.example: ' 'ok +dmarc +conseil.ml.example: the record of ml.example' \
	'error +mx +conseil.ml.example'; do
	grep -qE "$line" "$work/out" || { cat "$work/out"; fail "not said: $line"; }
done
sed -n 's/offres\.ml/conseil.ml/p' "$golden/well.zone" >>"$work/zone"
looked
[ "$status" -eq 0 ] || { cat "$work/out"; fail "both domains have their records"; }
configure "$relay_port"
say "the domain of digests is looked at as well"

# --- a real name server: compressed names, and an answer too large for UDP ---
libraries=
for package in libfstrm0 libprotobuf-c1; do
	root=$(peer "$package") && libraries=$libraries:$(dirname "$root"/usr/lib/*/"${package%?}"*.so.?)
done
if nsd=$(peer nsd usr/sbin/nsd) && LD_LIBRARY_PATH=$libraries "$nsd/usr/sbin/nsd" -v >/dev/null 2>&1; then
	mkdir "$work/nsd"
	nsd_port=$(free_port)
	/usr/bin/python3 - "$golden/well.zone" "$work/nsd" "$nsd_port" <<-'PY' || fail "no zones"
	import sys
	path, folder, port = sys.argv[1:]
	zones = {"example": [], "2.0.192.in-addr.arpa": [], "8.b.d.0.1.0.0.2.ip6.arpa": []}
	lines = [line.split(None, 2) for line in open(path) if line[0] != "#"]
	lines += [("retours.ml.example", "TXT", f'"{i} {"x" * 150}"') for i in range(12)]
	for name, kind, value in lines:
	    value = value.strip().strip('"')
	    if kind == "TXT":
	        value = " ".join(f'"{value[i:i + 255]}"' for i in range(0, len(value), 255))
	    elif kind in ("MX", "PTR"):
	        value += "."
	    (zone,) = [z for z in zones if name.endswith("." + z)]
	    zones[zone].append(f"{name}. IN {kind} {value}")
	with open(f"{folder}/nsd.conf", "w") as conf:
	    conf.write(f"""server:
	  ip-address: 127.0.0.1@{port}
	  username: ""
	  chroot: ""
	  database: ""
	  server-count: 1
	  pidfile: {folder}/pid
	  zonesdir: {folder}
	  zonelistfile: {folder}/list
	  xfrdfile: {folder}/xfrd
	  xfrdir: {folder}
	remote-control:
	  control-enable: no
	""")
	    for zone, records in zones.items():
	        with open(f"{folder}/{zone}", "w") as f:
	            f.write("$TTL 300\n@ SOA ns.ml.example. h.ml.example. 1 3600 600 86400 300\n"
	                    "@ NS ns.ml.example.\n" + "\n".join(records) + "\n")
	        conf.write(f"zone:\n  name: {zone}\n  zonefile: {zone}\n")
	PY
	LD_LIBRARY_PATH=$libraries "$nsd/usr/sbin/nsd" -d -c "$work/nsd/nsd.conf" >"$work/nsd/log" 2>&1 &
	helpers+=($!)
	wait_for_port "$nsd_port" || { cat "$work/nsd/log"; fail "NSD does not start"; }
	ask=$dns_port
	dns_port=$nsd_port
	looked
	dns_port=$ask
	echo "status $status" >>"$work/out"
	diff -u "$golden/well.out" "$work/out" || fail "NSD"
	say "a real name server (NSD) says the same"
else
	say "NSD is not to be had: only recorded answers"
fi

# --- nobody answers at all ---
silent_port=$(free_port)
begin=$SECONDS
timeout 60 "$BUILD_DIR/etrierctl" --config "$config" doctor --mail \
	--resolver "127.0.0.1:$silent_port" >"$work/out" 2>&1
status=$?
[ "$status" -eq 3 ] && grep -q 'no more were tried' "$work/out" ||
	{ cat "$work/out"; fail "without a resolver: $status"; }
grep -qE '^(error|ok) *(spf|ptr|mx) .*retours' "$work/out" && { cat "$work/out"; fail "it concludes from silence"; }
[ $((SECONDS - begin)) -lt 15 ] || fail "it waits for nobody for $((SECONDS - begin)) s"
for bad in localhost 192.0.2.1:0 192.0.2.1:x '[::1]x' ''; do
	ctl doctor --resolver "$bad" >/dev/null 2>&1
	[ $? -eq 2 ] || fail "--resolver $bad is taken"
done
say "without a resolver it ends, and concludes nothing"

# --- the relay's certificate ---
zone_of well >"$work/zone"
tls() { # tls MODE TLS
	mkdir -p "$work/$1"
	helper etrier-smtp "$1" "$work/$1"
	local ca=$work/$1/cert.pem
	[ -e "$ca" ] || ca=$work/tls/cert.pem
	configure "$port" ", tls: $2, ca_file: '${3:-$ca}', engine: curl"
	looked
}
tls tls starttls
grep -q '^ok *relay .*etrier-smtp' "$work/out" && grep -qE '^warning *tls .*ends in [01] days' "$work/out" ||
	{ cat "$work/out"; fail "a good certificate that ends soon"; }
tls smtps implicit
grep -qE '^warning *tls .*ends in' "$work/out" || { cat "$work/out"; fail "implicit TLS"; }
tls tlsexpired starttls
grep -q '^error *tls .*expired' "$work/out" || { cat "$work/out"; fail "an expired certificate"; }
tls tlswrong starttls
grep -qE "^error *tls .*(name|match)" "$work/out" || { cat "$work/out"; fail "another's certificate"; }
tls tls starttls "$work/tlsexpired/cert.pem"
grep -q '^error *tls .*certificate' "$work/out" || { cat "$work/out"; fail "a certificate of nobody's"; }
tls ok starttls
grep -q '^error *tls .*offers no STARTTLS' "$work/out" || { cat "$work/out"; fail "no STARTTLS"; }
say "the relay's certificate is judged as the courier would"

# --- a delivered mail ---
configure "$relay_port"
for file in "$golden"/sample-*.eml; do
	case=$(basename "$file" .eml)
	more_options=(--mail-sample "$file")
	looked
	grep -A 3 ' sample ' "$work/out" | grep -vE '^(ok|warning|error) +[a-rt-z]|^--$' >"$work/part"
	[ -n "${UPDATE:-}" ] && cp "$work/part" "$golden/$case.out"
	diff -u "$golden/$case.out" "$work/part" || fail "$case"
	grep -qiE 'lina|petit|@boite|sujet' "$work/out" && { cat "$work/out"; fail "$case: something of the mail is shown"; }
done
head -c 5000000 /dev/zero >"$work/large.eml"
more_options=(--mail-sample "$work/large.eml")
looked
grep -q '^error *sample .*larger than allowed' "$work/out" || { cat "$work/out"; fail "a huge file"; }
more_options=(--mail-sample "$work/none.eml")
looked
grep -q '^error *sample .*No such file' "$work/out" || { cat "$work/out"; fail "no file"; }
say "a delivered mail is judged, and nothing of it shown"

# --- without mail that leaves ---
more_options=()
mail= planner=
instance_config
mark
looked
[ "$status" -eq 0 ] || { cat "$work/out"; fail "a Maildir: $status"; }
grep -q '^ok *mail .*maildir' "$work/out" || { cat "$work/out"; fail "a Maildir is not said"; }
[ -z "$(asked)" ] || fail "asked although no mail leaves"
say "in one line without mail that leaves"
