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


def others():
    """Bills as other tools lay them out, of a Debian with openssl: what stands around packages is none."""
    around = [{"type": "operating-system", "bom-ref": "os", "name": "debian", "version": "12.5"},
              {"type": "application", "bom-ref": "app", "name": "app/package-lock.json",
               "properties": [{"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}]},
              {"type": "container", "bom-ref": "c", "name": "x", "purl": "pkg:oci/x@sha256%3A00"}]
    openssl = "pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro="
    yield "CycloneDX, the system as a component", json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": around + [{"type": "library", "name": "openssl", "version": "3.0.9-1", "purl": openssl + "debian-12.5"}]})
    yield "CycloneDX, the system by its release alone", json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": [{"type": "library", "name": "openssl", "version": "3.0.9-1", "purl": openssl + "12.5"}]})
    package = lambda ident, name, **more: dict({"SPDXID": "SPDXRef-" + ident, "name": name, "downloadLocation": "NONE"}, **more)
    yield "SPDX, the system by its identifier", json.dumps({
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "dataLicense": "CC0-1.0", "documentNamespace": "http://x/",
        "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: x"]},
        "packages": [package("OperatingSystem-1", "debian", versionInfo="12.5"), package("Application-2", "npm", sourceInfo="a/package-lock.json"),
                     package("ContainerImage-3", "x"), package("Package-4", "openssl", versionInfo="3.0.9-1", externalRefs=[
                         {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": openssl + "debian-12.5"}])]})
    yield "SPDX in tags", "\n".join([
        "SPDXVersion: SPDX-2.3", "SPDXID: SPDXRef-DOCUMENT", "DocumentName: x", "PackageName: debian", "SPDXID: SPDXRef-OperatingSystem-1",
        "PackageVersion: 12.5", "PackageName: npm", "SPDXID: SPDXRef-Application-2", "PackageName: openssl", "SPDXID: SPDXRef-Package-3",
        "PackageVersion: 3.0.9-1", "ExternalRef: PACKAGE-MANAGER purl " + openssl + "debian-12.5", ""])


def test_others(tap, at, db):
    for name, text in others():
        with open(at("other"), "w") as f:
            f.write(text)
        got = findings("scan", "sbom", at("other"), *db)
        rules = [f["rule"] for f in got if isinstance(f, dict) and f["rule"] != "SW-VULN-002"]  # of the database's age
        tap.ok(rules == ["CVE-2099-1"], name, got)
    refused = {"openvex": '{"@context":"https://openvex.dev/ns","statements":[]}', "csaf": '{"document":{},"product_tree":{}}'}
    for name, text in refused.items():
        with open(at("other"), "w") as f:
            f.write(text)
        done = run("scan", "sbom", at("other"))
        tap.ok(done.returncode == 2 and "--vex" in done.stderr, f"{name} is no bill of materials", done.stderr)
    # An operating system and no package: not a clean bill.
    with open(at("other"), "w") as f:
        json.dump({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
                   "components": [{"type": "operating-system", "name": "debian", "version": "12.5"}]}, f)
    got = findings("scan", "sbom", at("other"), *db)
    tap.ok(any("names no packages" in f["message"] for f in got if isinstance(f, dict)), "a system without packages is told", got)


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
        test_others(tap, at, db)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
