#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Templates of the Gatekeeper library that offer Rego and CEL: their suites with the Rego taken out, and both engines
over every sample. One TAP line per suite and per sample.

Usage: gatekeeper_cel.py <seawall>. Reads $SW_SHARED/conformance/gatekeeper/library."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

LIBRARY = os.path.join(SHARED, "conformance", "gatekeeper", "library")


def without_rego(text):
    """The entry `- engine: Rego` of code, down to what is indented less or begins the next entry."""
    out, inside = [], None
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if inside is not None and line.strip() and indent <= inside:
            inside = None
        if inside is None and re.match(r"\s*- engine: Rego\s*$", line):
            inside = indent
        if inside is None:
            out.append(line)
    return "\n".join(out)


def run(*args):
    return subprocess.run([SEAWALL, *args], capture_output=True, text=True, check=False)


def verdicts(template, sample):
    """Which constraint denies which object. The messages of the two are not the same words everywhere."""
    p = run("policy", "review", "-o", "json", "-f", template, "-f", sample)
    if p.stderr.strip() or p.returncode not in (0, 1):
        return "exit code %d: %s" % (p.returncode, p.stderr[:300])
    found = json.loads(p.stdout or "[]") or []
    return sorted({(r["constraint"]["metadata"]["name"], r["violatingObject"]["kind"],
                    json.dumps(r["violatingObject"], sort_keys=True)) for r in found})


def main():
    if not os.path.isdir(LIBRARY):
        return skip_all("gatekeeper in CEL", "the library is not at hand (%s)" % LIBRARY)
    tap = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        copy = os.path.join(tmp, "library")
        shutil.copytree(LIBRARY, copy)
        for folder, folders, files in sorted(os.walk(copy)):
            folders.sort()
            path = os.path.join(folder, "template.yaml")
            if "template.yaml" not in files:
                continue
            with open(path, encoding="utf-8") as f:
                text = f.read()
            if "engine: K8sNativeValidation" not in text or "engine: Rego" not in text:
                continue
            with open(path, "w", encoding="utf-8") as f:
                f.write(without_rego(text))
            name = os.path.relpath(folder, copy)
            p = run("policy", "verify", folder)
            tap.ok(p.returncode == 0 and "engine: Rego" not in without_rego(text), "suite in CEL: " + name, p.stdout + p.stderr)
            samples = os.path.join(folder, "samples")
            for sample in sorted(os.listdir(samples)):
                rego = verdicts(os.path.join(LIBRARY, name, "template.yaml"), os.path.join(samples, sample))
                cel = verdicts(path, os.path.join(samples, sample))
                tap.ok(rego == cel, "Rego and CEL agree: %s/%s" % (name, sample), "%s\n%s" % (rego, cel))
    return tap.end()


SEAWALL = sys.argv[1]
sys.exit(main())
