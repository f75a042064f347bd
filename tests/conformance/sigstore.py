#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sigstore-conformance's bundle cases through its own command line (sigstore-client). A folder whose name ends
in _fail must be refused, every other one accepted; once by file, once by digest. Prints TAP."""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

IDENTITY = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/"
            "workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ISSUER = "https://token.actions.githubusercontent.com"


def text(path, default):
    return open(path).read().strip() if os.path.exists(path) else default


def arguments(folder, top, by_digest):
    at = lambda name: os.path.join(folder, name)
    args = ["verify-bundle", "--bundle", at("bundle.sigstore.json")]
    if os.path.exists(at("key.pub")):
        args += ["--key", at("key.pub")]
    else:
        args += ["--certificate-identity", text(at("identity"), IDENTITY),
                 "--certificate-oidc-issuer", text(at("issuer"), ISSUER)]
    if os.path.exists(at("trusted_root.json")):
        args += ["--trusted-root", at("trusted_root.json")]
    artifact = at("artifact") if os.path.exists(at("artifact")) else os.path.join(top, "a.txt")
    if by_digest:
        return args + ["sha256:" + hashlib.sha256(open(artifact, "rb").read()).hexdigest()]
    return args + [artifact]


def main(seawall):
    top = os.path.join(SHARED, "conformance", "sigstore")
    cases = os.path.join(top, "bundle-verify")
    if not os.path.isdir(cases):
        return skip_all("sigstore", f"{cases} is not there")
    client = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sigstore-client")
    env = dict(os.environ, SEAWALL=os.path.abspath(seawall))
    names = sorted(n for n in os.listdir(cases) if os.path.isdir(os.path.join(cases, n)))
    tap = Tap()
    for name in names:
        for by_digest in (False, True):
            done = subprocess.run([client] + arguments(os.path.join(cases, name), top, by_digest), env=env,
                                  capture_output=True, text=True, timeout=60)
            good = done.returncode in (1, 2) if name.endswith("_fail") else done.returncode == 0
            tap.ok(good, f"{name} by {'digest' if by_digest else 'file'}", done.stderr or done.stdout)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
