#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX's own test documents: valid-* must be valid, invalid-* must not, by `seawall scan sbom`. JSON and XML;
documents in protobuf's text form are no input of ours and are passed over. Prints TAP."""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402


def main(seawall):
    top = os.path.join(SHARED, "conformance", "cyclonedx", "tools", "src", "test", "resources")
    if not os.path.isdir(top):
        return skip_all("cyclonedx", f"{top} is not there")
    names = sorted(os.path.join(folder, n) for folder in os.listdir(top) for n in os.listdir(os.path.join(top, folder))
                   if n.endswith((".json", ".xml")) and n.startswith(("valid-", "invalid-")))

    def judge(name):
        done = subprocess.run([seawall, "scan", "sbom", "--validate", "-o", "json", os.path.join(top, name)], capture_output=True,
                              text=True, timeout=60)
        try:
            verdict = json.loads(done.stdout)["valid"] if done.returncode in (0, 1) else False
        except (ValueError, KeyError):
            return name, None, done.stdout[:300] + done.stderr[:600]
        if done.returncode not in (0, 1, 2):
            return name, None, done.stderr[:600]
        why = done.stderr if done.returncode == 2 else "; ".join(
            p["path"] + " " + p["message"] for p in json.loads(done.stdout)["schemaProblems"][:4])
        return name, verdict, why

    tap = Tap()
    with ThreadPoolExecutor(2) as pool:
        for name, verdict, why in pool.map(judge, names):
            tap.ok(verdict is os.path.basename(name).startswith("valid-"), name, why)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
