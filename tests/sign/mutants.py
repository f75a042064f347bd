#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every value in every good bundle of sigstore-conformance is changed, and every member removed, one at a time: none
of these bundles may be accepted, but for members that prove nothing. Prints TAP, one line per bundle."""
import base64
import copy
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))
import sigstore  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402


def walk(value, path=()):
    if isinstance(value, dict):
        for k, v in value.items():
            yield path + (k,), v
            yield from walk(v, path + (k,))
    elif isinstance(value, list):
        for i, v in enumerate(value):
            if 0 < i < len(value) - 1 and i != len(value) // 2:
                continue  # long proofs: three hashes tell as much as twenty
            yield path + (i,), v
            yield from walk(v, path + (i,))


def changes(value):
    """Some other values of the same kind."""
    if isinstance(value, str):
        if value.isdigit():
            yield str(int(value) + 1)
            yield "-1"
            return
        try:
            raw = bytearray(base64.b64decode(value, validate=True))
        except ValueError:
            raw = b""
        if len(raw) > 8:
            for at in (0, len(raw) - 1):
                bad = bytearray(raw)
                bad[at] ^= 1
                yield base64.b64encode(bytes(bad)).decode()
            yield base64.b64encode(bytes(raw[:-1])).decode()
            yield base64.b64encode(bytes(raw) + b"\0").decode()
        else:
            yield value + "x"
            yield ""
    elif isinstance(value, (int, float)):
        yield value + 1


def put(root, path, value):
    root = copy.deepcopy(root)
    at = root
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return root


def free(path, value, how, bundle):
    """Changes after which everything that is left still proves the signature."""
    material = bundle["verificationMaterial"]
    entry = material["tlogEntries"][0]
    promise, stamps = "inclusionPromise" in entry, "timestampVerificationData" in material
    if any(p in ("hint", "keyid") for p in path):
        return True
    if path[-1] == "logIndex" and "inclusionProof" not in path:
        return not promise  # Rekor 2 binds the proof's index only
    if path[-1] == "integratedTime":
        return not promise
    if "messageDigest" in path:
        return how == "removed"  # a hint
    if how != "removed" and not (path[-1] == "envelope" and value == ""):
        return False
    if "version=0.1" in bundle["mediaType"] and path[-1] in ("inclusionProof", "checkpoint", "envelope"):
        return True  # 0.1 has the promise
    if path[-1] in ("inclusionPromise", "signedEntryTimestamp"):
        return stamps or "publicKey" in material
    if "timestampVerificationData" in path:
        return promise and path[-1] != "signedTimestamp"
    return entry["inclusionProof"]["treeSize"] == "1" and path[-1] in ("logIndex", "hashes")


def mutants(bundle):
    for path, value in list(walk(bundle)):
        for v in changes(value):
            if not free(path, v, "changed", bundle):
                yield path, "changed", put(bundle, path, v)
        if not free(path, value, "removed", bundle):
            yield path, "removed", put(bundle, path, None)


def main(seawall):
    cases = os.path.join(SHARED, "conformance", "sigstore", "bundle-verify")
    if not os.path.isdir(cases):
        return skip_all("mutants", f"{cases} is not there")
    names = ["happy-path-v0.1", "happy-path-v0.3", "intoto-with-custom-trust-root", "managed-key-happy-path",
             "rekor2-dsse-happy-path", "rekor2-happy-path"]
    top, tap = os.path.dirname(cases), Tap()
    for name in names:
        folder = os.path.join(cases, name)
        with open(os.path.join(folder, "bundle.sigstore.json")) as f:
            bundle = json.load(f)
        base = sigstore.arguments(folder, top, False)[1:]
        rename = {"--certificate-identity": "--identity", "--certificate-oidc-issuer": "--issuer"}

        def accepted(mutant):
            with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
                json.dump(mutant[2], f)
                f.flush()
                args = [rename.get(a, a) for a in base]
                args[args.index("--bundle") + 1] = f.name
                done = subprocess.run([seawall, "verify", *args], capture_output=True, timeout=60)
                return mutant if done.returncode not in (1, 2) or b"Sanitizer" in done.stderr else None

        with ThreadPoolExecutor(2) as pool:
            all_of = list(mutants(bundle))
            bad = [m for m in pool.map(accepted, all_of) if m]
        tap.ok(not bad, f"{name}: {len(all_of)} changes refused", *(f"accepted: {'/'.join(map(str, m[0]))} {m[1]}" for m in bad[:20]))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
