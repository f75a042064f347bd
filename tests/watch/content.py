#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""content.py SEAWALL: Seawall's own runtime rules as a set: each has a test that expects it, a MITRE technique and a
description; the techniques of ATT&CK's matrix for containers that leave a trace on a node or in the audit log are
covered. TAP."""
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

ROOT = os.environ.get("SW_SOURCE_ROOT", ".")
# ATT&CK for containers, v17. Without a trace here: T1525 (a registry sees it), T1612 and T1613 in part, T1498 and T1499
# (counting is for metrics), T1110 (the API server's own log), T1078 (valid accounts look valid).
MATRIX = """T1190 T1133 T1609 T1610 T1053 T1204 T1098 T1136 T1543 T1611 T1068 T1562 T1070 T1036 T1550 T1528 T1552
T1613 T1046 T1069 T1485 T1490 T1496""".split()


def main():
    files = sorted(glob.glob(os.path.join(ROOT, "content/rules/*.yaml")))
    out = subprocess.run([sys.argv[1], "rules", "list", "-o", "json", *files], capture_output=True, check=True).stdout
    rules = json.loads(out)["rules"]
    tests = "\n".join(open(f, encoding="utf-8").read() for f in glob.glob(os.path.join(ROOT, "content/rules/tests/*.yaml")))
    expected = {m for e in re.findall(r"expect:(.*(?:\n  - .*)*)", tests) for m in re.findall(r"[^\[\]{}:,\"\n]+", e)}
    expected = {e.strip() for e in expected}
    checks = []
    for r in rules:
        i = r["info"]
        tags = i["tags"]
        bad = [w for w, ok in (("no test expects it", i["name"] in expected),
                               ("no technique", any(re.fullmatch(r"T\d{4}(\.\d{3})?", t) for t in tags)),
                               ("no tactic", any(t.startswith("mitre_") for t in tags)),
                               ("no description", len(i["description"]) > 20)) if not ok]
        checks.append((not bad, i["name"], bad))
    have = {t.split(".")[0] for r in rules for t in r["info"]["tags"]}
    checks += [(t in have, "ATT&CK " + t, ["no rule"]) for t in MATRIX]
    tap = Tap("own rules")
    for check in checks:
        tap.ok(*check)
    tap.end()


main()
