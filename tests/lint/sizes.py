# SPDX-License-Identifier: EUPL-1.2
"""Sizes of files and functions, the licence line, and where SQL may stand."""
import pathlib
import re
import sys

FUNCTION, SOURCE, HEADER = 100, 600, 200
EXEMPT = {"tests/bench/workload"}  # copied unchanged from the yardstick
SQL = re.compile(r'"\s*(SELECT|INSERT|UPDATE|DELETE FROM|CREATE TABLE|PRAGMA)\b')


def functions(lines):
    """(name, first line, length) of every function definition: Linux braces,
    so a body is from a "{" in column one to the next "}" in column one."""
    start = None
    for i, line in enumerate(lines):
        if line == "{":
            start = i
        elif line.startswith("}") and start is not None:
            head = i
            head = start - 1
            while head > 0 and lines[head - 1].strip() and \
                    not lines[head - 1].startswith(("}", "#", "/", " *")):
                head -= 1
            m = re.search(r"(\w+)\(", " ".join(lines[head:start]))
            yield (m.group(1) if m else "?", start, i - start)
            start = None


def main():
    bad, lengths = [], []
    files = [p for top in ("src", "include", "tests")
             for p in sorted(pathlib.Path(top).rglob("*.[ch]"))
             if str(p.parent) not in EXEMPT]
    for path in files:
        lines = path.read_text().splitlines()
        ceiling = HEADER if path.suffix == ".h" else SOURCE
        is_test = path.parts[0] == "tests"
        if len(lines) > ceiling and not is_test:
            bad.append(f"{path}: {len(lines)} lines, the ceiling is {ceiling}")
        if "SPDX-License-Identifier: EUPL-1.2" not in (lines or [""])[0]:
            bad.append(f"{path}:1: no SPDX line")
        for name, at, n in functions(lines):
            if not is_test:
                lengths.append(n)
            if n > FUNCTION:
                bad.append(f"{path}:{at + 1}: {name}() has {n} lines, "
                           f"the ceiling is {FUNCTION}")
        if path.parts[0] == "src" and path.parts[1:3] != ("engine", "store"):
            for i, line in enumerate(lines, 1):
                if SQL.search(line):
                    bad.append(f"{path}:{i}: SQL outside src/engine/store")
    lengths.sort()
    if lengths:
        print(f"{len(lengths)} functions, median {lengths[len(lengths) // 2]}"
              f" lines, p90 {lengths[len(lengths) * 9 // 10]},"
              f" longest {lengths[-1]}")
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
