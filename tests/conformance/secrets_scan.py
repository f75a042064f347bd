# SPDX-License-Identifier: Apache-2.0
"""Which rules find something in each of many texts."""
import json
import os
import shutil
import subprocess
import tempfile


def scan(seawall, texts):
    """Index of the text: the ids of rules, without "secret/". Texts without a finding are not in it."""
    root = tempfile.mkdtemp(prefix="secrets-")
    try:
        for i, text in enumerate(texts):
            with open(os.path.join(root, f"{i:06}.txt"), "w", encoding="utf-8") as f:
                f.write(text)
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
