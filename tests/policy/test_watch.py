#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`policy test --watch`: runs again for each change, outlives a broken file, and ends with SIGINT. TAP.
usage: test_watch.py SEAWALL"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

RULE = "package a\nallow if input.x == 1\n"
TESTS = "package a_test\nimport data.a\ntest_ok if a.allow with input.x as 1\ntest_more if a.allow with input.x as %d\n"


def write(dir, name, text):
    with open(os.path.join(dir, name + ".tmp"), "w") as f:
        f.write(text)
    os.rename(f.name, os.path.join(dir, name))


class Run:
    def __init__(self, seawall, dir):
        self.out = tempfile.NamedTemporaryFile("w+")
        self.p = subprocess.Popen([seawall, "policy", "test", "--watch", "."], cwd=dir, stdout=self.out, stderr=self.out)
        self.seen = 0

    def next(self):
        """What it said since the last time, when it waits again."""
        end = time.time() + 30
        while time.time() < end:
            text = open(self.out.name).read()
            if "Watching for changes ..." in text[self.seen:]:
                new, self.seen = text[self.seen:], len(text)
                return re.sub(r" \(.*?s\)", "", new)
            time.sleep(0.02)
        return "(nothing in 30 s)" + open(self.out.name).read()[self.seen:]


def main():
    seawall = os.path.abspath(sys.argv[1])
    line = "*" * 80 + "\nWatching for changes ...\n"
    with tempfile.TemporaryDirectory() as dir:
        write(dir, "a.rego", RULE)
        write(dir, "a_test.rego", TESTS % 2)
        run = Run(seawall, dir)
        bad = "a_test.rego:4:\ndata.a_test.test_more: FAIL\n" + "-" * 80 + "\nPASS: 1/2\nFAIL: 1/2\n"
        checks = [("the first run", run.next(), bad + line)]
        write(dir, "a_test.rego", TESTS % 1)
        checks.append(("a test that was mended", run.next(), "PASS: 2/2\n" + line))
        write(dir, "b.rego", "broken {\n")
        got = run.next()
        checks.append(("a broken file", got.splitlines()[0] if got else "",
                       "1 error occurred during loading: b.rego:2: rego_parse_error: unexpected eof token"))
        os.unlink(os.path.join(dir, "b.rego"))
        checks.append(("the broken file removed", run.next(), "PASS: 2/2\n" + line))
        run.p.send_signal(signal.SIGINT)
        checks.append(("SIGINT", run.p.wait(30), 0))
        checks.append(("nothing more was said", open(run.out.name).read()[run.seen:], ""))
    tap = Tap("policy test --watch")
    for name, got, want in checks:
        tap.ok(got == want, name, "got " + repr(got), "want " + repr(want))
    tap.end()


main()
