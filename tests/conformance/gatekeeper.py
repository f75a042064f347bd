#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `seawall policy verify -v` over Gatekeeper's own library; one TAP line per case."""
import os
import re
import subprocess
import sys

LINE = re.compile(r"^\s*--- (PASS|FAIL): (.*)\t\(")


def main(binary):
    root = os.path.join(os.environ.get("SW_SHARED", "../shared"), "conformance/gatekeeper/library")
    if not os.path.isdir(root):
        print("ok 1 - gatekeeper library # skip the conformance data is not here")
        print("1..1")
        return 0
    run = subprocess.run([binary, "policy", "verify", "-v", root + "/..."], capture_output=True, text=True)
    n = bad = 0
    test = ""
    for line in run.stdout.splitlines():
        if line.startswith("=== RUN"):
            test = line.split(None, 2)[2]
        m = LINE.match(line)
        if m and line.startswith("    "):
            n += 1
            ok = m.group(1) == "PASS"
            bad += not ok
            print(f"{'ok' if ok else 'not ok'} {n} - {test}/{m.group(2)}")
    suites = [s for s in run.stdout.splitlines() if s.startswith(("ok\t", "FAIL\t"))]
    for s in suites:
        n += 1
        ok = s.startswith("ok")
        bad += not ok
        print(f"{'ok' if ok else 'not ok'} {n} - suite {os.path.relpath(s.split(chr(9))[1], root)}")
    n += 1
    good = run.returncode == (1 if bad else 0) and n > 1
    print(f"{'ok' if good else 'not ok'} {n} - exit code")
    print(f"1..{n}")
    sys.stderr.write(run.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
