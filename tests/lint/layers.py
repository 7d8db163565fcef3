# SPDX-License-Identifier: EUPL-1.2
"""The walls of the house, read from the #include lines.

A contract include/etrier/X.h belongs to the folder that holds X.c, or to the
one named in OWNERS. RANK gives each folder its height; an include may only go
down, or stay in its own folder."""
import pathlib
import re
import sys

RANK = {
    "base": 0, "text": 1, "refdata": 2, "domain": 3, "conf": 4, "wire": 4,
    "collector": 5, "runner": 5, "engine": 5, "courier": 5, "front": 5,
    "supervisor": 6, "ctl": 6,
}
ENGINE = {"store": 0, "roster": 1, "travel": 2, "rules": 2, "match": 3,
          "plan": 4, "rights": 4, "outbox": 5, "control": 6, "": 7}
# Contracts without a source of the same name, or with several.
OWNERS = {"domain": "domain", "roles": "wire", "refdata": "refdata",
          "verdict": ("engine", "match")}
ROLES = {"collector", "runner", "engine", "courier", "front"}

root = pathlib.Path(".")
owner = {}
for source in sorted((root / "src").rglob("*.c")):
    owner.setdefault(source.stem, source.relative_to("src").parts[:-1])
for name, folder in OWNERS.items():
    owner[name] = folder if isinstance(folder, tuple) else (folder,)


def owner_of(header):
    stem = pathlib.Path(header).stem
    if stem in owner:
        return owner[stem]
    # store_people.h is implemented by the files of store/.
    for folder in ("store", "match", "plan", "outbox", "control"):
        if stem.startswith(folder):
            return ("engine", folder)
    return None


def climbs(parts, target):
    mine, theirs = RANK[parts[0]], RANK[target[0]]
    if parts[0] == target[0] == "engine":
        a = ENGINE.get(parts[1] if len(parts) > 1 else "", 7)
        b = ENGINE.get(target[1] if len(target) > 1 else "", 7)
        return b > a or (a == b and parts[1:2] != target[1:2])
    if parts[0] == target[0]:
        return False
    return theirs >= mine


def main():
    bad = []
    for source in sorted((root / "src").rglob("*.[ch]")):
        parts = source.relative_to("src").parts[:-1]
        for number, line in enumerate(source.read_text().splitlines(), 1):
            m = re.match(r'#include <etrier/(\w+\.h)>', line)
            if m:
                target = owner_of(m.group(1))
                if target is None:
                    bad.append(f"{source}:{number}: {m.group(1)} belongs to "
                               "no folder: name it in tests/lint/layers.py")
                    continue
            else:
                m = re.match(r'#include "([\w/.]+)"', line)
                if not m or "/" not in m.group(1):
                    continue
                target = pathlib.PurePath(m.group(1)).parts[:-1]
                if target[0] not in RANK:
                    bad.append(f"{source}:{number}: include by a path from "
                               "src/ or by name")
                    continue
            if climbs(parts, target):
                bad.append(f"{source}:{number}: {'/'.join(parts)} includes "
                           f"{'/'.join(target)}: the layers go the other way")
    for header in sorted((root / "include/etrier").glob("*.h")):
        for number, line in enumerate(header.read_text().splitlines(), 1):
            m = re.match(r'#include <etrier/(\w+\.h)>', line)
            mine, target = owner_of(header.name), m and owner_of(m.group(1))
            if m and mine and target and climbs(mine, target):
                bad.append(f"{header}:{number}: {header.name} includes "
                           f"{m.group(1)}: the layers go the other way")
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
