#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An image and its own bill of materials, in every format, must give the same findings. Prints TAP."""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
STATUS = b"""Package: openssl
Status: install ok installed
Maintainer: A <a@example.org>
Architecture: amd64
Version: 3.0.9-1
Description: x

Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl (3.0.9-1)
Version: 3.0.9-1+b1
Description: x

"""


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def image(path):
    base = tar({"etc/os-release": b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
                "var/lib/dpkg/status": STATUS})
    app = tar({"app/node_modules/lodash/package.json": b'{"name":"lodash","version":"4.17.0","license":"MIT"}',
               "opt/Jinja2-2.4.dist-info/METADATA": b"Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.4\n\n"})
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"User": "1000"}, "rootfs": {
        "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(x).hexdigest() for x in (base, app)]},
        "history": [{"created_by": "ADD base"}, {"created_by": "COPY app # 100% \u00e9"}]}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    with open(path, "wb") as f:
        f.write(tar({"manifest.json": json.dumps([{"Config": name, "RepoTags": ["app:1"],
                                                   "Layers": ["a/layer.tar", "b/layer.tar"]}]).encode(),
                     name: config, "a/layer.tar": base, "b/layer.tar": app}))


def osv(ident, cve, ecosystem, name, fixed, kind="ECOSYSTEM"):
    return {"schema_version": "1.6.0", "id": ident, "aliases": [cve], "modified": "2026-01-01T00:00:00Z",
            "published": "2026-01-01T00:00:00Z", "summary": "bad", "affected": [{
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def run(*args):
    return subprocess.run([SEAWALL, *args], capture_output=True, text=True, timeout=120)


def findings(*args):
    done = run(*args, "-o", "json", "--fail-on", "never")
    try:
        return [f for f in json.loads(done.stdout)["findings"] if not f["rule"].startswith(("SW-IMG", "SW-SBOM"))]
    except (ValueError, KeyError):
        return [done.stderr]


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="seawall-sbom-") as top:
        at = lambda name: os.path.join(top, name)
        image(at("app.tar"))
        os.makedirs(at("feeds/one"))
        for i, record in enumerate((osv("DSA-1-1", "CVE-2099-1", "Debian:12", "openssl", "3.0.11-1"),
                                    osv("PYSEC-1", "CVE-2099-2", "PyPI", "jinja2", "2.11"),
                                    osv("GHSA-aaaa-bbbb-cccc", "CVE-2099-3", "npm", "lodash", "4.17.21", "SEMVER"))):
            with open(at(f"feeds/one/{i}.json"), "w") as f:
                json.dump(record, f)
        done = run("db", "build", "--feeds", at("feeds"), "-o", at("vuln.db"))
        tap.ok(done.returncode == 0, "database", done.stderr)
        db = ["--db", at("vuln.db")]
        want = findings("scan", "image", at("app.tar"), "--no-cache", *db)
        tap.ok({"CVE-2099-1", "CVE-2099-2", "CVE-2099-3"} <= {
            f["rule"] for f in want if isinstance(f, dict)}, "the image has findings of all kinds", want)
        for form in ("cyclonedx", "spdx", "spdx3"):
            bill = run("scan", "image", at("app.tar"), "--no-cache", "--sbom", form)
            with open(at(form + ".json"), "w") as f:
                f.write(bill.stdout)
            got = findings("scan", "sbom", at(form + ".json"), *db)
            tap.ok(got == want, f"{form}: the same findings, byte for byte", [g for g in got if g not in want][:1] or got)
            again = run("scan", "image", at("app.tar"), "--no-cache", "--sbom", form)
            tap.ok(again.stdout == bill.stdout and bill.stdout, f"{form}: the same bytes again")
        done = run("scan", "sbom", at("cyclonedx.json"), "--validate")
        tap.ok(done.returncode == 0, "our CycloneDX is valid", done.stdout)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
