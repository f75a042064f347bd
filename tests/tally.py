#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the TAP lines of every test in a meson testlog.json and prints `N passed, N failed`."""
import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b[^#]*(#\s*skip\b.*)?", re.I)


def main(path):
    passed = failed = 0
    skipped = {}
    for raw in open(path, encoding="utf-8", errors="replace"):
        test = json.loads(raw)
        ok = bad = skip = 0
        for line in test.get("stdout", "").splitlines():
            m = LINE.match(line)
            if not m:
                continue
            if m.group(2):
                skip += 1
                skipped.setdefault(m.group(2)[1:].strip(), []).append(test["name"])
            elif m.group(1):
                bad += 1
                print(f"{test['name']}: {line}")
            else:
                ok += 1
        broken = test["result"] in ("FAIL", "ERROR", "TIMEOUT", "UNEXPECTEDPASS", "INTERRUPT")
        if broken and bad == 0:  # died without saying which case
            bad = 1
            print(f"{test['name']}: {test['result']} (exit {test.get('returncode')})")
        if broken:
            print("\n".join("    " + s for s in test.get("stderr", "").splitlines()[:40]))
        if ok + bad + skip == 0:
            bad = 1
            print(f"{test['name']}: printed no result")
        passed, failed = passed + ok, failed + bad
    for reason, names in sorted(skipped.items()):
        print(f"skipped {len(names)}: {reason} ({', '.join(sorted(set(names)))})")
    n = sum(len(v) for v in skipped.values())
    print(f"{passed} passed, {failed} failed" + (f", {n} skipped" if n else ""))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
