#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A resolver that answers from a file, over UDP and TCP, on 127.0.0.1.

usage: dns.py FILE       prints "port N", then every question as "NAME TYPE"

FILE is read anew for each question. One record a line:

  NAME TYPE VALUE        A AAAA MX PTR TXT CNAME; several lines, several records
  NAME HOW WORD          silent servfail refused: for every type
                         cut     over UDP nothing but "ask over TCP"
                         stray   answers to other questions come first
                         noedns  knows no EDNS
                         alone   of a chain of CNAME only the first link
  ---                    what follows takes the place of what was said before of
                         the same NAME and TYPE; VALUE "-" takes it away

A name without a line does not exist. Nothing is ever asked elsewhere.
"""
import ipaddress
import socket
import struct
import sys
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
NAMES = {v: k for k, v in TYPES.items()}


def read_zone(path):
    records, hows, over = {}, {}, None
    for line in open(path):
        words = line.split(None, 2)
        if words == ["---"]:
            over = set()
        if len(words) < 3 or line.startswith("#"):
            continue
        name, kind, value = words[0].lower(), words[1], words[2].strip()
        if kind == "HOW":
            hows[name] = value
            continue
        if over is not None and (name, kind) not in over:
            over.add((name, kind))
            records.pop((name, kind), None)
        if value != "-":
            records.setdefault((name, kind), []).append(value)
    return records, hows


def wire_name(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def wire_data(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "MX":
        preference, host = value.split()
        return struct.pack(">H", int(preference)) + wire_name(host)
    if kind == "TXT":
        text = value.strip('"').encode()
        parts = [text[i:i + 255] for i in range(0, len(text), 255)] or [b""]
        return b"".join(bytes([len(p)]) + p for p in parts)
    return wire_name(value)


def record(name, kind, value):
    data = wire_data(kind, value)
    return wire_name(name) + struct.pack(">HHIH", TYPES[kind], 1, 300, len(data)) + data


def answers(zone, name, kind, is_alone):
    """(rcode, [records]) with the CNAMEs on the way."""
    out = []
    for _ in range(12):
        found = zone.get((name, kind), [])
        alias = zone.get((name, "CNAME"))
        if found or not alias:
            out += [record(name, kind, v) for v in found]
            exists = out or any(n == name or n.endswith("." + name) for n, _ in zone)
            return 0 if exists else 3, out
        out.append(record(name, "CNAME", alias[0]))
        name = alias[0].lower().rstrip(".")
        if is_alone:
            break
    return 0, out


def reply(query, path, is_tcp):
    """The messages to send back."""
    ident, _, _, _, _, n_more = struct.unpack(">6H", query[:12])
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii"))
        at += 1 + query[at]
    question = query[12:at + 5]
    kind = NAMES.get(struct.unpack(">H", query[at + 1:at + 3])[0], "?")
    name = ".".join(labels).lower()
    print(name, kind, "tcp" if is_tcp else "udp", flush=True)
    zone, hows = read_zone(path)
    how = hows.get(name, "")

    def message(code, records, flags=0x8180, of=question, number=ident):
        head = struct.pack(">6H", number, flags | code, 1, len(records), 0, 0)
        return head + of + b"".join(records)

    if how == "silent":
        return []
    if how in ("servfail", "refused"):
        return [message(2 if how == "servfail" else 5, [])]
    if how == "noedns" and n_more:
        return [struct.pack(">6H", ident, 0x8181, 0, 0, 0, 0)]
    if how == "cut" and not is_tcp:
        return [message(0, [], 0x8380)]
    code, records = answers(zone, name, kind, how == "alone")
    whole = message(code, records)
    if len(whole) > (1232 if n_more else 512) and not is_tcp:
        return [message(0, [], 0x8380)]
    if how == "stray":
        other = wire_name("other.example") + question[-4:]
        lie = [record(name, "TXT", "v=spf1 +all")]
        return [message(0, lie, number=ident ^ 1), message(0, lie, of=other),
                message(0, lie, 0x0180), b"\0" * 5, whole]
    return [whole]


def serve_udp(s, path):
    while True:
        query, peer = s.recvfrom(4096)
        for message in reply(query, path, False):
            s.sendto(message, peer)


def serve_tcp(s, path):
    while True:
        peer, _ = s.accept()
        with peer, peer.makefile("rb") as f:
            size = f.read(2)
            if len(size) == 2:
                for message in reply(f.read(struct.unpack(">H", size)[0]), path, True):
                    peer.sendall(struct.pack(">H", len(message)) + message)


def main():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    tcp = socket.socket()
    for _ in range(50):  # one number for both
        tcp.bind(("127.0.0.1", 0))
        try:
            udp.bind(tcp.getsockname())
            break
        except OSError:
            tcp.close()
            tcp = socket.socket()
    tcp.listen()
    print("port", tcp.getsockname()[1], flush=True)
    threading.Thread(target=serve_tcp, args=(tcp, sys.argv[1]), daemon=True).start()
    serve_udp(udp, sys.argv[1])


if __name__ == "__main__":
    main()
