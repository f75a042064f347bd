#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""codes.py SEAWALL: for which events a rule is asked, read from `rules list -o json`. What does not speak of types does
not narrow; `not` turns a set of types round, and leaves what is neutral neutral. TAP."""
import json
import os
import subprocess
import sys
import tempfile

OPENAT = """evt.type=openat | not evt.type != openat | not not evt.type=openat | evt.type in (openat) | not (not evt.type=openat) |
evt.type=openat and proc.name=nginx | evt.type=openat and not proc.name=nginx | evt.type=openat and (evt.type != close or proc.name=nginx) |
evt.type=openat and evt.type=openat | evt.type=openat or evt.type=openat | not (evt.type != openat) |
evt.type=openat and not (evt.type=close and proc.name=nginx) | proc.name=nginx and evt.type=openat |
evt.type=openat or evt.num=0 | evt.type=openat and evt.num>0""".split("|")
NOT_OPENAT = """not evt.type=openat | evt.type != openat | not not not evt.type=openat | not evt.type in (openat) |
not (evt.type=openat) | evt.type!=openat and proc.name=nginx | not not evt.type!=openat""".split("|")
BOTH = """evt.type=openat or evt.type=close | evt.type in (openat, close) | not (evt.type != openat and evt.type != close) |
evt.type=openat or (evt.type=close and proc.name=nginx) | proc.name=a and (evt.type=openat or evt.type=close)""".split("|")
NOT_BOTH = """not evt.type in (openat, close) | not (evt.type=openat or evt.type=close) | evt.type!=openat and evt.type!=close""".split("|")
NONE = """evt.type=openat and evt.type=close | evt.num=0 | evt.type=openat and evt.num<1 | evt.type in () |
evt.type=openat and not evt.type=openat | not evt.type exists""".split("|")
ALL = """proc.name=nginx | not proc.name=nginx | evt.type=openat or proc.name=nginx | evt.type=openat or evt.type!=openat | evt.num>0 |
evt.type exists | not (evt.type=openat and evt.type=close) | not (proc.name=cat and evt.type=mmap) |
not proc.name=cat or not evt.type=mmap | evt.type=close or not (evt.type=openat and proc.name=nginx)""".split("|")
# Two that are the same: the laws of sets.
SAME = [("not (evt.type=execve or evt.type=mmap)", "not evt.type=execve and not evt.type=mmap"),
        ("not (evt.type=execve and evt.type=mmap)", "not evt.type=execve or not evt.type=mmap"),
        ("not (proc.name=cat or evt.type=mmap)", "not proc.name=cat and not evt.type=mmap"),
        ("not (proc.name=cat and evt.type=mmap)", "not proc.name=cat or not evt.type=mmap"),
        ("evt.type in (connect, execve, mmap) and not (proc.name=cat and evt.type=mmap)", "evt.type in (connect, execve, mmap)"),
        ("evt.type=mmap and (evt.type=execve or evt.type=mmap)", "evt.type=mmap"),
        ("syscall.type=openat", "evt.type=openat and syscall.type exists")]


def main():
    conditions = sorted({c.strip() for g in (OPENAT, NOT_OPENAT, BOTH, NOT_BOTH, NONE, ALL) for c in g} | {x for p in SAME for x in p})
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "r.yaml")
        with open(path, "w", encoding="utf-8") as f:
            json.dump([{"rule": c, "desc": "d", "condition": c, "output": "o", "priority": "INFO"} for c in conditions], f)
        out = subprocess.run([sys.argv[1], "rules", "list", "-o", "json", path], capture_output=True, check=True).stdout
    events = {r["info"]["name"]: frozenset(r["details"].get("events", [])) for r in json.loads(out)["rules"]}
    every = events["proc.name=nginx"]
    groups = [(OPENAT, {"openat"}), (NOT_OPENAT, every - {"openat"}), (BOTH, {"openat", "close"}), (NOT_BOTH, every - {"openat", "close"}),
              (NONE, set()), (ALL, every)]
    checks = [(events[c.strip()] == want, c.strip()) for g, want in groups for c in g]
    checks += [(events[a] == events[b], f"{a} is {b}") for a, b in SAME]
    checks.append((len(every) > 150, f"{len(every)} events in all"))
    print(f"1..{len(checks)}")
    for n, (ok, name) in enumerate(checks, 1):
        print(f"{'' if ok else 'not '}ok {n} - events of: {name}")


main()
