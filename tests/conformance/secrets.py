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
    shared = os.environ.get("SW_SHARED", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared"))
    path = os.path.join(shared, "conformance/secrets/examples.json")
    if not os.path.exists(path):
        print("1..1\nok 1 - secrets # skip no conformance data in $SW_SHARED")
        return 0
    with open(path, encoding="utf-8") as f:
        cases = json.load(f)
    known = read_known(known)
    hits = run(seawall, cases)
    for i, x in enumerate(cases):
        rules = hits.get(i, set())
        passed, skipped = judge(x, rules, known.get(i))
        print(f"{'ok' if passed else 'not ok'} {i + 1} - {x['set']} {x['rule']} {i} {x['label']}"
              + (f" # skip {skipped}" if passed and skipped else "") + ("" if passed else f"\n# {sorted(rules)}"))
    positives = [i for i, x in enumerate(cases) if x["label"] == "positive"]
    secrets = [i for i in positives if known.get(i, ("",))[0] != "none"]
    found = sum(1 for i in positives if i in hits)
    share = found * 100 / len(secrets)
    print(f"{'ok' if share >= 99 else 'not ok'} {len(cases) + 1} - {found} of {len(positives)} positives "
          f"({found * 100 / len(positives):.1f} %), of {len(secrets)} in which a secret can stand {share:.1f} %")
    print(f"1..{len(cases) + 1}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
