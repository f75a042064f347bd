#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Texts with and without secrets, from the rule sets of others ($SW_SHARED/conformance/secrets): prints TAP.

A positive must give a finding, and a negative none: but for what tests/golden/secrets/examples.tsv says of each text by
its index, exactly. A line there that no longer holds fails as well."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

def run(seawall, cases):
    root = tempfile.mkdtemp(prefix="secrets-")
    try:
        for i, x in enumerate(cases):
            with open(os.path.join(root, f"{i:05}.txt"), "w", encoding="utf-8") as f:
                f.write(x["text"])
        done = subprocess.run([seawall, "scan", "secrets", root, "-o", "json", "--fail-on", "never", "--no-waivers"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        hits = {}
        for f in json.loads(done.stdout)["findings"]:
            hits.setdefault(int(os.path.basename(f["evidence"][0]["file"])[:5]), set()).add(f["rule"])
        return hits
    finally:
        shutil.rmtree(root, ignore_errors=True)


def read_known(path):
    """Index: what is said of it, the rule, why."""
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
    return {int(index): (kind, rule, why) for kind, index, rule, why in lines}


def judge(x, rules, known):
    """(passed, skipped because)"""
    kind, rule, why = known or ("", "", "")
    if x["label"] == "positive":
        if kind in ("none", "miss"):
            return not rules and rule == x["rule"], why
        return bool(rules), ""
    return rules == ({rule} if kind == "other" else set()), ""


def main(seawall, known):
    path = os.path.join(SHARED, "conformance/secrets/examples.json")
    if not os.path.exists(path):
        return skip_all("secrets", "no conformance data in $SW_SHARED")
    with open(path, encoding="utf-8") as f:
        cases = json.load(f)
    known = read_known(known)
    hits = run(seawall, cases)
    tap = Tap()
    for i, x in enumerate(cases):
        rules = hits.get(i, set())
        passed, skipped = judge(x, rules, known.get(i))
        name = f"{x['set']} {x['rule']} {i} {x['label']}"
        tap.skip(name, skipped) if passed and skipped else tap.ok(passed, name, sorted(rules))
    positives = [i for i, x in enumerate(cases) if x["label"] == "positive"]
    secrets = [i for i in positives if known.get(i, ("",))[0] != "none"]
    found = sum(1 for i in positives if i in hits)
    share = found * 100 / len(secrets)
    tap.ok(share >= 99, f"{found} of {len(positives)} positives ({found * 100 / len(positives):.1f} %), "
           f"of {len(secrets)} in which a secret can stand {share:.1f} %")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
