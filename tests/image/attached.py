#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bills of materials and VEX documents that lie in an image or are attached to it: what they name is found, says who told it,
and counts less than what was read itself; nothing of it counts without being asked for when it is attached.
usage: attached.py SEAWALL"""
import base64, io, json, os, subprocess, sys, tempfile, zipfile

from made import Image, layout, sha, tar_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
WORK = tempfile.mkdtemp(prefix="seawall-attached-")
os.chdir(WORK)
os.environ.update(XDG_CACHE_HOME=WORK + "/cache", HOME=WORK, NO_COLOR="1")
os.environ.pop("SEAWALL_DB", None)
T = Tap()
ok = T.ok


def run(*args):
    p = subprocess.run([SEAWALL, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=110)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def packages(*args):
    code, out, err = run("scan", "image", *args, "--list-packages", "-o", "json")
    try:
        return sorted((p["type"], p.get("namespace", ""), p["name"], p.get("version", ""), p.get("path", "")) for p in json.loads(out)["packages"])
    except ValueError:
        return [(code, err)]


def cdx(*purls, **more):
    return dict({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": p.split("/")[-1].split("@")[0], "purl": p} for p in purls]}, **more)


def jar(name, entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for n, d in entries.items():
            z.writestr(n, d)
    return name, out.getvalue()


inner = jar("x", {"META-INF/maven/org.a/lib/pom.properties": "groupId=org.a\nartifactId=lib\nversion=1.0\n"})[1]
files = [
    ("etc/os-release", b'ID=debian\nVERSION_ID="12"\n'),
    ("app/node_modules/lodash/package.json", b'{"name":"lodash","version":"4.17.15"}'),
    ("app/app.cdx.json", json.dumps(cdx("pkg:npm/lodash@4.17.15", "pkg:npm/left-pad@1.3.0", "pkg:deb/debian/bash@5.2?distro=debian-12")).encode()),
    ("usr/lib/python3/site-packages/n-1.dist-info/sboms/auditwheel.json", json.dumps(cdx("pkg:generic/libfoo@2.0")).encode()),
    jar("srv/app.jar", {"BOOT-INF/lib/lib-1.0.jar": inner,
                        "META-INF/sbom/application.cdx.json": json.dumps(cdx("pkg:maven/org.a/lib@1.0", "pkg:maven/org.b/shaded@2.0"))}),
    ("opt/broken.spdx.json", b'{"spdxVersion": "SPDX-2.3", "packages": ['),
    ("opt/bitnami/nginx/.spdx-nginx.spdx", json.dumps({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "n", "packages": [
        {"SPDXID": "SPDXRef-n", "name": "nginx", "versionInfo": "1.25.3", "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:bitnami/nginx@1.25.3-0?arch=amd64"}]},
        {"SPDXID": "SPDXRef-z", "name": "brotli", "versionInfo": "1.0", "externalRefs": [
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:google:brotli:1.0:*:*:*:*:*:*:*"}]}]}).encode()),
]
image = Image([tar_of(files)])
digest = sha(image.manifest)


class Attached:
    """A manifest whose subject is the image, with one blob."""

    def __init__(self, blob, kind, subject=True, annotations=None):
        self.type = "application/vnd.oci.image.manifest.v1+json"
        doc = {"schemaVersion": 2, "mediaType": self.type, "artifactType": kind,
               "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha(b"{}"), "size": 2},
               "layers": [{"mediaType": kind, "digest": sha(blob), "size": len(blob), **({"annotations": annotations} if annotations else {})}]}
        if subject:
            doc["subject"] = {"mediaType": image.type, "digest": digest, "size": len(image.manifest)}
        self.manifest = json.dumps(doc).encode()
        self.blobs = {sha(b"{}"): b"{}", sha(blob): blob, sha(self.manifest): self.manifest}

    def descriptor(self, **more):
        return dict({"mediaType": self.type, "digest": sha(self.manifest), "size": len(self.manifest)}, **more)


bill = Attached(json.dumps(cdx("pkg:npm/minimist@0.0.8", "pkg:npm/lodash@4.17.15")).encode(), "application/vnd.cyclonedx+json")
vex = Attached(json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x/1", "author": "a", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
                           "statements": [{"vulnerability": {"name": "CVE-2099-1"}, "products": [{"@id": "pkg:npm/lodash@4.17.15"}], "status": "not_affected",
                                           "justification": "vulnerable_code_not_present"}]}).encode(), "application/vnd.openvex+json")
statement = {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "x", "digest": {"sha256": digest[7:]}}],
             "predicateType": "https://spdx.dev/Document", "predicate": {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "n", "packages": [
                 {"SPDXID": "SPDXRef-p", "name": "ini", "versionInfo": "1.3.5", "externalRefs": [
                     {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/ini@1.3.5"}]}]}}
envelope = Attached(json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": base64.b64encode(json.dumps(statement).encode()).decode(),
                                "signatures": [{"sig": "AAAA"}]}).encode(), "application/vnd.dsse.envelope.v1+json")
broken = Attached(b"not a bill at all", "application/spdx+json")
other = Attached(json.dumps(cdx("pkg:npm/of-somebody-else@1.0.0")).encode(), "application/vnd.cyclonedx+json", subject=False)
layout("oci", [image, bill, vex, envelope, broken, other], [image.descriptor(annotations={"org.opencontainers.image.ref.name": "1"})] +
       [a.descriptor() for a in (bill, vex, envelope, broken)] + [other.descriptor(artifactType="application/vnd.cyclonedx+json")])

own = [
    ("bitnami", "", "nginx", "1.25.3-0", "opt/bitnami/nginx/.spdx-nginx.spdx"),
    ("generic", "", "brotli", "1.0", "opt/bitnami/nginx/.spdx-nginx.spdx"),
    ("generic", "", "libfoo", "2.0", "usr/lib/python3/site-packages/n-1.dist-info/sboms/auditwheel.json"),
    ("maven", "org.a", "lib", "1.0", "srv/app.jar!/BOOT-INF/lib/lib-1.0.jar"),
    ("maven", "org.b", "shaded", "2.0", "srv/app.jar!/META-INF/sbom/application.cdx.json"),
    ("npm", "", "left-pad", "1.3.0", "app/app.cdx.json"),
    ("npm", "", "lodash", "4.17.15", "app/node_modules/lodash/package.json"),
]
got = packages("oci:oci:1")
ok(got == sorted(own), "bills in the image: what was read itself counts first, and the system's packages are its own", json.dumps(got, indent=1))
code, out, err = run("scan", "image", "oci:oci:1", "--list-packages", "-o", "json")
ok("opt/broken.spdx.json" in out and "bill of materials" in out, "a broken bill is told", out[-600:])
got = packages("oci:oci:1", "--attached", "sbom")
more = [("npm", "", "ini", "1.3.5", "attached SBOM " + list(envelope.blobs)[1][:19]), ("npm", "", "minimist", "0.0.8", "attached SBOM " + list(bill.blobs)[1][:19])]
ok(got == sorted(own + more), "attached bills, bare and in an envelope, with their digest", json.dumps(got, indent=1))
code, out, err = run("scan", "image", "oci:oci:1", "--attached", "all", "--list-packages", "-o", "json")
ok("nobody verified" in err and "attached " + list(broken.blobs)[1][:19] in out, "who made them is not known, and a broken one is told", err + out[-500:])
ok("of-somebody-else" not in out, "what is not about the image is not used")
code, out, err = run("scan", "image", "oci:oci:1", "--sbom", "cyclonedx", "--attached", "sbom")
with open("own.json", "w") as f:
    f.write(out)

os.makedirs("feeds/osv")
with open("feeds/osv/a.json", "w") as f:
    json.dump([{"id": i, "affected": [{"package": {"ecosystem": "npm", "name": n}, "ranges": [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "9.0.0"}]}]}]} for i, n in (("CVE-2099-1", "lodash"), ("CVE-2099-2", "minimist"))], f)
run("db", "build", "--feeds", "feeds", "-o", "v.db")


def verdicts(*args):
    code, out, err = run("scan", *args, "--db", "v.db", "-o", "json", "--fail-on", "never")
    try:
        return sorted((f["rule"]["id"] if isinstance(f["rule"], dict) else f["rule"], f["verdict"], f["subject"].get("package", ""))
                      for f in json.loads(out)["findings"] if "CVE-" in str(f["rule"]))
    except ValueError:
        return [(code, err)]


got = verdicts("image", "oci:oci:1")
ok(got == [("CVE-2099-1", "fail", "pkg:npm/lodash@4.17.15")], "attached documents count only when they are asked for", got)
got = verdicts("image", "oci:oci:1", "--attached", "sbom")
ok([g[:2] for g in got] == [("CVE-2099-1", "fail"), ("CVE-2099-2", "fail")], "packages of an attached bill are judged", got)
both = verdicts("sbom", "own.json")
ok(both == got, "the image's own bill gives the same findings", both)
got = verdicts("image", "oci:oci:1", "--attached", "all")
ok(("CVE-2099-1", "pass", "pkg:npm/lodash@4.17.15") in got or all(g[0] != "CVE-2099-1" for g in got), "an attached VEX document is heard", got)
got = verdicts("image", "oci:oci:1", "--attached", "vex")
ok(all(g[0] != "CVE-2099-2" for g in got), "--attached vex leaves the bills alone", got)
T.end()
