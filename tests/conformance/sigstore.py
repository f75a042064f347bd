#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sigstore-conformance's bundle cases through its own command line (sigstore-client). A folder whose name ends
in _fail must be refused, every other one accepted; once by file, once by digest. Prints TAP."""
import hashlib
import os
import subprocess
import sys

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
    shared = os.environ.get("SW_SHARED", "../shared")
    top = os.path.join(shared, "conformance", "sigstore")
    cases = os.path.join(top, "bundle-verify")
    if not os.path.isdir(cases):
        print(f"1..1\nok 1 - sigstore # skip {cases} is not there")
        return 0
    client = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sigstore-client")
    env = dict(os.environ, SEAWALL=os.path.abspath(seawall))
    names = sorted(n for n in os.listdir(cases) if os.path.isdir(os.path.join(cases, n)))
    print(f"1..{2 * len(names)}")
    number, failed = 0, 0
    for name in names:
        for by_digest in (False, True):
            number += 1
            done = subprocess.run([client] + arguments(os.path.join(cases, name), top, by_digest), env=env,
                                  capture_output=True, text=True, timeout=60)
            good = done.returncode in (1, 2) if name.endswith("_fail") else done.returncode == 0
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name} by {'digest' if by_digest else 'file'}")
            for line in (done.stderr or done.stdout).splitlines()[:6]:
                print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
