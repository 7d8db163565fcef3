# SPDX-License-Identifier: EUPL-1.2
"""docs/metrics.md says what /metrics says: names, types, labels, help.

metrics.py           the table against the source that prints them
metrics.py FILE      the table against an answer of /metrics, which must be
                     OpenMetrics to the letter and name nobody"""
import pathlib
import re
import sys

SOURCE = pathlib.Path("src/engine/control/metrics.c")
TABLE = pathlib.Path("docs/metrics.md")
PREFIX = "etrier_"


def documented():
    """{name: (type, label, help)} of the rows "| `name` | type | label | help |"."""
    rows = {}
    for line in TABLE.read_text().splitlines():
        m = re.fullmatch(r"\| `(\w+)` \| (\w+) \| (\S*) ?\| (.+) \|", line)
        if m:
            assert m[1] not in rows, f"{TABLE}: {m[1]} twice"
            rows[m[1]] = (m[2], m[3].strip("`"), m[4])
    assert rows, f"{TABLE}: no table"
    return rows


def printed():
    """The same from the calls of figure() and family()."""
    rows = {}
    text = re.sub(r'"\s*\n\s*"', "", SOURCE.read_text())
    for m in re.finditer(r'\bfigure\(\s*b,\s*"(\w+)",\s*"(\w+)",\s*"([^"]+)"', text):
        rows[PREFIX + m[1]] = (m[2], "", m[3])
    for m in re.finditer(r'\bfamily\(\s*b,\s*"(\w+)",\s*"(\w+)",\s*"([^"]+)"', text):
        rows[PREFIX + m[1]] = ("gauge", m[2], m[3])
    for m in re.finditer(r'\bby_source\(\s*b,\s*"(\w+)",\s*"([^"]+)"', text):
        rows[PREFIX + m[1]] = ("gauge", "source", m[2])
    calls = len(re.findall(r"^\t(?:figure|family|by_source)\(", text, re.M))
    assert calls == len(rows), f"{SOURCE}: {calls} calls, {len(rows)} understood"
    return rows


def answered(path):
    """The same from an answer. Each line is checked."""
    text = pathlib.Path(path).read_text()
    assert text.endswith("\n# EOF\n"), "no # EOF at the end"
    assert text.count("# EOF") == 1
    rows, types, helps, seen = {}, {}, {}, set()
    current = None
    for line in text.splitlines()[:-1]:
        if m := re.fullmatch(r"# TYPE (\w+) (gauge|counter)", line):
            assert m[1] not in types, f"{m[1]}: a second TYPE"
            current, types[m[1]] = m[1], m[2]
        elif m := re.fullmatch(r"# HELP (\w+) ([^\\]+)", line):
            assert m[1] == current, line
            helps[m[1]] = m[2]
        else:
            m = re.fullmatch(r'(\w+?)(_total)?(?:\{(\w+)="([a-z0-9_-]+)"\})? (\d+)', line)
            assert m, f"no line of OpenMetrics, or it names somebody: {line}"
            assert m[1] == current, f"{line}: outside its family"
            assert bool(m[2]) == (types[current] == "counter"), line
            assert (m[1], m[4]) not in seen, f"{line}: twice"
            seen.add((m[1], m[4]))
            rows[m[1]] = (types[m[1]], m[3] or "", helps[m[1]])
    # A source that was never asked has no sample yet.
    empty = {name for name in types if name not in rows}
    assert all(name.startswith("etrier_source_") for name in empty), empty
    for name in empty:
        rows[name] = (types[name], "source", helps[name])
    return rows


def in_manual():
    """Each is in etrierd(8), with its label and words."""
    page = pathlib.Path("man/etrierd.8").read_text().replace("\\-", "-")
    return [f"man/etrierd.8 lacks {name}: {kind}. {words}"
            for name, (kind, label, words) in documented().items()
            if f".B {name}{'{%s}' % label if label else ''}\n{kind}. {words}\n" not in page]


def main():
    if bad := in_manual():
        print("\n".join(bad))
        return 1
    want = documented()
    got = answered(sys.argv[1]) if len(sys.argv) > 1 else printed()
    bad = [f"{name}: documented {want.get(name)}, found {got.get(name)}"
           for name in sorted(want.keys() | got.keys())
           if want.get(name) != got.get(name)]
    print("\n".join(bad) or f"{len(got)} metrics")
    return 1 if bad else 0


sys.exit(main())
