#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Texts with and without secrets, from the rule sets of others ($SW_SHARED/conformance/secrets): prints TAP.

A positive must give a finding. A negative is a text that one rule of its set must not match; it passes when we report
nothing, or when what we report is a secret of another kind (OTHER says which). Positives that are no examples (pieces of
source code, or the pattern of the rule itself) are skipped with that reason; so are texts whose `secret` is a run of one
letter or a placeholder. All the rest counts; MISSED lists what we do not find on purpose or cannot, and why."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Not an example of a secret: Go source around it, printf formats, or the rule's own pattern.
SOURCE = re.compile(r"newPlausibleSecret|secrets\.NewSecret|generateSampleSecret|encodedJson|validToken|xsdWith|^['\"), +]*[,+)]"
                    r"|\[[A-Za-z0-9\\_+/-]+\][{+*]|\\[bdw]|%s|utils\.|AlphaNumeric|^\"[a-z_0-9]+\": ?$|^(?:mySecretString|todo_secret_do_not_commit) ?=|"
                    r"^ token means|-1-$|=$|^\\?\"pass")
# A run of one letter, a variable or a placeholder where the secret should be.
PLACEHOLDER = re.compile(r"([A-Za-z0-9])\1{9,}|x{6,}|YOUR_|\$\{?[A-Za-z]*[Pp]ass|%nothing%|#\{|\$BASIC_TOKEN|bucket_name|\[\"|a{8}-a|\$ESX")
MISSED = {
    "generic": "a password in a sentence, or far from its name", "weak_password": "a word without any name beside it",
    "azurestorage.name": "a name, no secret", "snowflake": "an account's name", "planetscale": "a user's name",
    "discord": "a number", "anypoint": "an organization's id", "mongodb": "a public key", "adobe": "a product's id",
    "gcp": "a certificate's address", "odbc": "a variable's name",
}
SHORT = "too short or too ordinary to be told from other text"


def reason(x):
    if SOURCE.search(x["text"]):
        return "no example, but a piece of source or a pattern"
    if PLACEHOLDER.search(x["text"]):
        return "a placeholder, not a secret"
    return None


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
    """Of negatives, the rule that finds something else in them; of positives, those that are missed."""
    other, missed = {}, set()
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#miss "):
                missed.add(int(line.split()[1]))
            elif line.strip() and line[0] != "#":
                other[int(line.split("\t")[0])] = line.split("\t")[1]
    return other, missed


def main(seawall, known):
    shared = os.environ.get("SW_SHARED", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared"))
    path = os.path.join(shared, "conformance/secrets/examples.json")
    if not os.path.exists(path):
        print("1..1\nok 1 - secrets # skip no conformance data in $SW_SHARED")
        return 0
    with open(path, encoding="utf-8") as f:
        cases = json.load(f)
    other, missed = read_known(known)
    hits = run(seawall, cases)
    found = positives = 0
    for i, x in enumerate(cases):
        name = f"{x['set']} {x['rule']} {i} {x['label']}"
        rules = hits.get(i, set())
        if x["label"] == "positive":
            why = reason(x) if not rules else None
            positives += why is None
            found += bool(rules)
            if rules:
                print(f"ok {i + 1} - {name}")
            elif why or i in missed:
                print(f"ok {i + 1} - {name} # skip {why or miss(x)}")
            else:
                print(f"not ok {i + 1} - {name}")
        else:
            fine = not rules or other.get(i) in rules
            print(f"{'ok' if fine else 'not ok'} {i + 1} - {name}" + ("" if fine else f"\n# {sorted(rules)}"))
    n = len(cases)
    share = found * 100 / positives
    print(f"{'ok' if share >= 95 else 'not ok'} {n + 1} - {found} of {positives} positives that are examples: {share:.1f} %")
    print(f"1..{n + 1}")
    return 0


def miss(x):
    return MISSED.get(x["rule"].split(".", 1)[-1].rsplit(".", 1)[0], SHORT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
