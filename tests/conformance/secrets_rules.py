#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""For every built-in rule: secrets made by its pattern are found, and the same with a placeholder or cut short are
not. Nothing that looks like a live secret is kept in the tree: all is made here. Prints TAP."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402
from pattern_maker import ALNUM, Maker, parse  # noqa: E402
from secrets_scan import scan  # noqa: E402

R = random.Random(11)
N = 8
MAKER = Maker(R)
# What a pattern alone does not make: what must stand before it, or the variety of its letters.
OWN = {"pgpass": "db.example:5432:shop:app:SECRET", "vault-token-named": "VAULT_TOKEN=s.SECRET",
       "artifactory-password": "login APBSECRET", "password-option": "tool --db-password SECRET",
       "generic-key-option": "tool --api-key SECRET"}


def rules(path):
    """The fields of each rule that are needed here; the file has one a line, quoted by '."""
    out = []
    for line in open(path, encoding="utf-8"):
        m = re.match(r"  (?:- |  )([a-z_]+): (.*)$", line.rstrip("\n"))
        if line.startswith("  - id: "):
            out.append({})
        if m and out:
            v = m.group(2)
            out[-1][m.group(1)] = v[1:-1].replace("''", "'") if v[:1] == "'" else v
    return out


def sample(rule):
    """(text, secret) by the pattern of the rule."""
    after = rule.get("after", "")
    before = "Algolia" if after == "{services}" else MAKER.make(parse(after), {}) if after else ""
    if rule["id"] in OWN:
        secret = "".join(R.choice(ALNUM) for _ in range(30)) + "7q"
        return OWN[rule["id"]].replace("SECRET", secret), secret
    parsed, groups = parse(rule["pattern"]), {}
    if after == "{services}":
        return "Algolia_api_key=" + "".join(R.choice(ALNUM) for _ in range(32)), ""
    text = MAKER.make(parsed, groups)
    return before + text, groups.get(parsed.state.groupdict.get("secret"), "")


def main(seawall, path):
    cases, texts = [], []
    for rule in rules(path):
        for _ in range(N):
            text, secret = sample(rule)
            cases.append((rule["id"], "made", len(texts)))
            texts.append(text + "\n")
            if rule["severity"] == "info" or rule["id"] == "pgpass" or len(secret) < 16:
                continue
            for kind, near in (("placeholder", "x" * len(secret)), ("cut", secret[:6])):
                cases.append((rule["id"], kind, len(texts)))
                texts.append(text.replace(secret, near) + "\n")
    hits = scan(seawall, texts)
    tap = Tap()
    for rule in rules(path):
        mine = [c for c in cases if c[0] == rule["id"]]
        found = [c for c in mine if c[1] == "made" and hits.get(c[2])]
        exact = [c for c in found if rule["id"] in hits[c[2]]]
        made = sum(c[1] == "made" for c in mine)
        # Another rule may find the same bytes, and chance may make a word: half of them is enough.
        tap.ok(len(found) * 2 >= made, f"{rule['id']}: {len(found)} of {made} made, {len(exact)} by this rule")
        wrong = [c for c in mine if c[1] != "made" and rule["id"] in hits.get(c[2], ())]
        tap.ok(not wrong, f"{rule['id']}: none of what is near", *(c[1] for c in wrong[:2]))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
