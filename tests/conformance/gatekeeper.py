#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `seawall policy verify -v` over Gatekeeper's own library; one TAP line per case."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

LINE = re.compile(r"^\s*--- (PASS|FAIL): (.*)\t\(")


def main(binary):
    root = os.path.join(SHARED, "conformance/gatekeeper/library")
    if not os.path.isdir(root):
        return skip_all("gatekeeper library", "the conformance data is not here")
    run = subprocess.run([binary, "policy", "verify", "-v", root + "/..."], capture_output=True, text=True)
    tap, test = Tap(), ""
    for line in run.stdout.splitlines():
        if line.startswith("=== RUN"):
            test = line.split(None, 2)[2]
        m = LINE.match(line)
        if m and line.startswith("    "):
            tap.ok(m.group(1) == "PASS", f"{test}/{m.group(2)}")
    suites = [s for s in run.stdout.splitlines() if s.startswith(("ok\t", "FAIL\t"))]
    for s in suites:
        tap.ok(s.startswith("ok"), f"suite {os.path.relpath(s.split(chr(9))[1], root)}")
    tap.ok(run.returncode == (1 if tap.failed else 0) and tap.n, "exit code")
    sys.stderr.write(run.stderr)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
