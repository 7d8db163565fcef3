# SPDX-License-Identifier: EUPL-1.2
"""Reads a file of JSON lines {"mail", "expect"}: parses each mail with
Python's email package (policy.default) and compares what it reads with what
was meant. Prints every difference; the last line is "checked N"."""
import email
import email.policy
import json
import sys
from email.header import decode_header, make_header

bad = checked = 0


def differ(number, what, got, want):
    global bad
    bad += 1
    if bad <= 5:
        print(f"mail {number}: {what}: got {got!r}, want {want!r}")


def box(raw, modern, name):
    """Address and display name. The modern parser of Python 3.11 keeps the
    blank between two encoded words of a phrase, against RFC 2047 6.2: names
    with such words are decoded by the older email.header."""
    value = modern[name]
    if value is None or not value.addresses:
        return None
    address, shown = value.addresses[0].addr_spec, \
        value.addresses[0].display_name
    phrase = "".join(str(raw[name]).splitlines()).rpartition("<")[0]
    if "=?utf-8?" in phrase and not phrase.startswith('"'):
        shown = str(make_header(decode_header(phrase.rstrip(" "))))
    return {"address": address, "name": shown}


def check_bytes(number, raw):
    try:
        raw.decode("ascii")
    except UnicodeDecodeError:
        differ(number, "bytes", "8-bit", "7-bit")
    head, _, body = raw.partition(b"\r\n\r\n")
    if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
        differ(number, "line ends", "lone CR or LF", "CRLF")
    for line in head.split(b"\r\n"):
        whole = line.startswith((b"List-Unsubscribe:", b" <mailto:",
                                 b"Message-ID:", b" <"))
        if len(line) > (997 if whole else 78):
            differ(number, "header columns", len(line), 78)
    for line in body.split(b"\r\n"):
        if len(line) > 76:
            differ(number, "body columns", len(line), 76)
        if line.startswith((b".", b"From ")):
            differ(number, "body line", line, "encoded head")


def check(number, raw, want):
    check_bytes(number, raw)
    m = email.message_from_bytes(raw, policy=email.policy.default)
    for part in m.walk():
        if part.defects:
            differ(number, "defects", part.defects, [])
    for name in ("From", "To", "Reply-To"):
        got = box(email.message_from_bytes(raw), m, name)
        if got != want.get(name):
            differ(number, name, got, want.get(name))
    for name in ("Subject", "Date", "Message-ID", "List-Unsubscribe",
                 "List-Unsubscribe-Post", "List-Id", "Auto-Submitted",
                 "Feedback-ID", "X-Etrier-Id"):
        if name not in want:
            continue
        got = m[name]
        got = None if got is None else str(got)
        if got != want[name]:
            differ(number, name, got, want[name])
    text = m.get_body(("plain",)).get_content()
    if text.replace("\r\n", "\n") != want["text"]:
        differ(number, "text", text, want["text"])
    html = m.get_body(("html",))
    if (html is None) != (want.get("html") is None):
        differ(number, "html", html is not None, want.get("html") is not None)
    elif html is not None and \
            html.get_content().replace("\r\n", "\n") != want["html"]:
        differ(number, "html", html.get_content(), want["html"])


for line in open(sys.argv[1], encoding="utf-8"):
    case = json.loads(line)
    checked += 1
    check(checked, case["mail"].encode("utf-8"), case["expect"])
print(f"checked {checked}")
sys.exit(1 if bad else 0)
