#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Texts with and without secrets, from the rule sets of others ($SW_SHARED/conformance/secrets): prints TAP.

A positive must give a finding, and a negative none: but for what tests/golden/secrets/examples.tsv says of each text by
its index, exactly. A line there that no longer holds fails as well. Of positives that hold a pattern, or the beginning
of a setting, in place of a secret, secrets are made as their authors make them, and must be found."""
import base64
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402
from pattern_maker import ALNUM, Maker, parse  # noqa: E402
from secrets_scan import scan  # noqa: E402

MADE = 20
MAKER = Maker(random.Random(23), signs=True, any_of=ALNUM)


def read_known(path):
    """Index: what is said of it, the rule, why or how secrets are made of it."""
    with open(path, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
    return {int(index): (kind, rule, why) for kind, index, rule, why in lines}


def judge(x, rules, known):
    """(passed, skipped because)"""
    kind, rule, why = known or ("", "", "")
    if x["label"] == "positive":
        if kind in ("none", "miss", "made"):
            return not rules and rule == x["rule"], "made below, as its author makes it" if kind == "made" else why
        return bool(rules), ""
    return rules == ({rule.removeprefix("secret/")} if kind == "other" else set()), ""


def make(text, how):
    """`how` with what stands in «» replaced: see the head of the list."""
    def part(m):
        if m.group(1) == "text":
            return text
        encoded, pattern = m.group(1).startswith("base64:"), m.group(1).removeprefix("base64:") or text
        made = MAKER.make(parse(pattern), {})
        return base64.b64encode(made.encode()).decode() if encoded else made
    return re.sub("«([^»]*)»", part, how)


def test_made(tap, seawall, cases, known):
    """One line for each text of which secrets are made. How many of these were found, of how many."""
    rows = [i for i, k in sorted(known.items()) if k[0] == "made"]
    hits = scan(seawall, [make(cases[i]["text"], known[i][2]) for i in rows for _ in range(MADE)])
    total = 0
    for n, i in enumerate(rows):
        missed = [k for k in range(MADE) if n * MADE + k not in hits]
        total += MADE - len(missed)
        tap.ok(len(missed) * 20 <= MADE, f"gitleaks {known[i][1]} {i} made: {MADE - len(missed)} of {MADE} found")
    return total, len(rows) * MADE


def main(seawall, known):
    path = os.path.join(SHARED, "conformance/secrets/examples.json")
    if not os.path.exists(path):
        return skip_all("secrets", "no conformance data in $SW_SHARED")
    with open(path, encoding="utf-8") as f:
        cases = json.load(f)
    known = read_known(known)
    hits = scan(seawall, [x["text"] for x in cases])
    tap = Tap()
    for i, x in enumerate(cases):
        rules = hits.get(i, set())
        passed, skipped = judge(x, rules, known.get(i))
        name = f"{x['set']} {x['rule']} {i} {x['label']}"
        tap.skip(name, skipped) if passed and skipped else tap.ok(passed, name, sorted(rules))
    made, of_made = test_made(tap, seawall, cases, known)
    positives = [i for i, x in enumerate(cases) if x["label"] == "positive"]
    secrets = [i for i in positives if known.get(i, ("",))[0] not in ("none", "made")]
    found = sum(1 for i in positives if i in hits)
    share = found * 100 / len(secrets)
    tap.ok(share >= 99, f"{found} of {len(positives)} positives as given ({found * 100 / len(positives):.1f} %), "
           f"of {len(secrets)} that hold a secret {share:.1f} %, of {of_made} made {made * 100 / of_made:.1f} %")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
