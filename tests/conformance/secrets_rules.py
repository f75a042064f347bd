#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""For every built-in rule: secrets made by its pattern are found, and the same with a placeholder or cut short are
not. Nothing that looks like a live secret is kept in the tree: all is made here. Prints TAP."""
import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

warnings.simplefilter("ignore")
import sre_constants as sc  # noqa: E402  (the parser of the standard library, under either of its names)
import sre_parse as sp  # noqa: E402

R = random.Random(11)
N = 8
ALNUM = string.ascii_letters + string.digits
CATEGORY = {sc.CATEGORY_DIGIT: string.digits, sc.CATEGORY_WORD: ALNUM + "_", sc.CATEGORY_SPACE: " ",
            sc.CATEGORY_NOT_SPACE: ALNUM, sc.CATEGORY_NOT_WORD: " ", sc.CATEGORY_NOT_DIGIT: string.ascii_letters}


# What a pattern alone does not make: what must stand before it, or the variety of its letters.
OWN = {"pgpass": "db.example:5432:shop:app:SECRET", "vault-token-named": "VAULT_TOKEN=s.SECRET",
       "artifactory-password": "login APBSECRET"}


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


def of_class(items):
    negated, chars = False, set()
    for op, av in items:
        negated |= op is sc.NEGATE
        if op is sc.LITERAL:
            chars.add(chr(av))
        elif op is sc.RANGE:
            chars |= {chr(c) for c in range(av[0], min(av[1], 126) + 1)}
        elif op is sc.CATEGORY:
            chars |= set(CATEGORY[av])
    if negated:
        return [c for c in ALNUM if c not in chars] or [" "]
    chars = [c for c in sorted(chars) if c.isprintable()] or sorted(chars)
    return [c for c in chars if c.isalnum()] or chars


def is_gap(item):
    return item[0] is sc.NOT_LITERAL or (item[0] is sc.IN and (sc.NEGATE, None) in item[1])


def make(pattern, groups):
    out = ""
    for op, av in pattern:
        if op is sc.LITERAL:
            out += chr(av)
        elif op is sc.NOT_LITERAL:
            out += R.choice(ALNUM)
        elif op is sc.ANY:
            out += " "
        elif op is sc.IN:
            out += R.choice(of_class(av))
        elif op is sc.BRANCH:
            out += make(R.choice(av[1]), groups)
        elif op is sc.SUBPATTERN:
            part = make(av[3], groups)
            if av[0]:
                groups[av[0]] = part
            out += part
        elif op in (sc.MAX_REPEAT, sc.MIN_REPEAT):
            low, high = av[0], min(int(av[1]), av[0] + 6)
            gap = op is sc.MIN_REPEAT or (low == 0 and av[1] > 1)
            if op is sc.MIN_REPEAT and low == 0 and is_gap(av[2][0]):
                out += " "  # a gap: words stand apart
            for _ in range(low if gap else R.randint(low, high)):
                out += make(av[2], groups)
        elif op is sc.GROUPREF:
            out += groups.get(av, "")
    return out


def secret_group(pattern):
    return re.compile(pattern).groupindex.get("secret")


def sample(rule):
    """(text, secret) by the pattern of the rule."""
    after = rule.get("after", "")
    before = "Algolia" if after == "{services}" else make(sp.parse(after, re.M), {}) if after else ""
    if rule["id"] in OWN:
        secret = "".join(R.choice(ALNUM) for _ in range(30)) + "7q"
        return OWN[rule["id"]].replace("SECRET", secret), secret
    parsed, groups = sp.parse(rule["pattern"].replace(r"\z", r"\Z"), re.M), {}
    if after == "{services}":
        return "Algolia_api_key=" + "".join(R.choice(ALNUM) for _ in range(32)), ""
    text = make(parsed, groups)
    return before + text, groups.get(parsed.state.groupdict.get("secret"), "")


def scan(seawall, texts):
    root = tempfile.mkdtemp(prefix="secrets-rules-")
    try:
        for i, text in enumerate(texts):
            with open(os.path.join(root, f"{i:06}.txt"), "w", encoding="utf-8") as f:
                f.write(text + "\n")
        done = subprocess.run([seawall, "scan", "secrets", root, "-o", "json", "--fail-on", "never", "--no-waivers"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        hits = {}
        for f in json.loads(done.stdout)["findings"]:
            hits.setdefault(int(os.path.basename(f["evidence"][0]["file"])[:6]), set()).add(f["rule"][len("secret/"):])
        return hits
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main(seawall, path):
    cases, texts = [], []
    for rule in rules(path):
        for _ in range(N):
            text, secret = sample(rule)
            cases.append((rule["id"], "made", len(texts)))
            texts.append(text)
            if rule["severity"] == "info" or rule["id"] == "pgpass" or len(secret) < 16:
                continue
            for kind, near in (("placeholder", "x" * len(secret)), ("cut", secret[:6])):
                cases.append((rule["id"], kind, len(texts)))
                texts.append(text.replace(secret, near))
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
