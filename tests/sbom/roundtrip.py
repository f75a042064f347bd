#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bills of materials from one format into every other and back: the packages must stay equal, field by field. Then
documents of other tools' kinds, and hostile ones. Prints TAP."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
T = Tap()

PURLS = """pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc
pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14
pkg:deb/debian/passwd@1:4.13%2Bdfsg1-1?arch=amd64&distro=debian-12&upstream=shadow
pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=alpine-3.18
pkg:rpm/rocky/bash@5.1.8-6.el9?arch=x86_64&epoch=2&distro=rocky-9
pkg:npm/%40babel/core@7.22.0
pkg:npm/left-pad@1.3.0
pkg:pypi/jinja2@3.1.2
pkg:golang/github.com/Masterminds/semver/v3@v3.2.1
pkg:golang/stdlib@1.21.0
pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1
pkg:cargo/serde@1.0.188
pkg:gem/rails@7.0.8
pkg:nuget/Newtonsoft.Json@13.0.3
pkg:composer/symfony/console@6.3.4
pkg:hex/phoenix@1.7.7
pkg:generic/openssl@3.0.11""".splitlines()


def seawall(data, *args):
    with tempfile.NamedTemporaryFile("wb", suffix=".sbom") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
        f.flush()
        return subprocess.run([SEAWALL, "scan", "sbom", *args, f.name], capture_output=True, text=True, timeout=60)


def read(data):
    done = seawall(data, "--validate", "-o", "json")
    return json.loads(done.stdout) if done.returncode in (0, 1) and done.stdout else {"failed": done.stderr}


def cyclonedx(components, version="1.6", **more):
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": version, "version": 1,
                       "metadata": {"component": {"type": "container", "name": "registry.example/app", "version": "1.0"}},
                       "components": components, **more})


def start():
    parts = [{"type": "operating-system", "name": "debian", "version": "12",
              "properties": [{"name": "seawall:codename", "value": "bookworm"}]}]
    for i, purl in enumerate(PURLS):
        part = {"type": "library", "name": "x", "bom-ref": str(i), "purl": purl,
                "supplier": {"name": "A & B <c@example.org>"} if i % 3 == 0 else {"name": "Zoë"},
                "licenses": [{"license": {"name": ["MIT", "GPL-2+ and\nmore 100% free", "Apache-2.0"][i % 3]}}],
                "properties": [{"name": "seawall:layer", "value": str(i % 4)},
                               {"name": "seawall:path", "value": f"usr/lib/é/{i}=x%0A"}]}
        if i % 5 == 0:
            part["properties"].append({"name": "seawall:dev", "value": "true"})
        parts.append(part)
    # a name that the purl's rules change
    parts.append({"type": "library", "name": "x", "purl": "pkg:pypi/zope-interface@6.0",
                  "properties": [{"name": "seawall:name", "value": "zope.Interface_X"}]})
    return cyclonedx(parts)


def roundtrips():
    first = start()
    want = read(first)
    T.ok(len(want.get("packages", [])) == len(PURLS) + 1 and not want["problems"], "start", want)
    for a in ("cyclonedx", "spdx", "spdx3"):
        text = seawall(first, "--to", a).stdout
        got = read(text)
        T.ok(got.get("packages") == want["packages"], f"{a}: packages",
             diff(want.get("packages"), got.get("packages")) or got)
        T.ok(got.get("distribution") == want["distribution"], f"{a}: distribution", got.get("distribution"))
        T.ok(got.get("problems") == [] and got.get("schemaProblems") == [], f"{a}: no problems", got.get("problems"))
        T.ok(seawall(text, "--to", a).stdout == text, f"{a}: again gives the same bytes")
        for b in ("cyclonedx", "spdx", "spdx3"):
            again = read(seawall(text, "--to", b).stdout)
            T.ok(again.get("packages") == want["packages"], f"{a} to {b}: packages")


def diff(want, got):
    return "\n".join(f"{w} != {g}" for w, g in zip(want or [], got or []) if w != g)


def documents():
    xml = """<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components>
      <component type="library"><name>a&amp;b</name><version>1</version><licenses><license><id>MIT</id></license></licenses>
      <purl>pkg:npm/left-pad@1.3.0</purl><components><component type="library"><name>n</name>
      <purl>pkg:npm/nested@2</purl></component></components></component></components></bom>"""
    got = read(xml)
    T.ok(got.get("valid") and [p["name"] for p in got["packages"]] == ["left-pad", "nested"] and
         got["packages"][0]["license"] == "MIT", "XML", got)
    tag = """SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: app
# a comment
PackageName: app
SPDXID: SPDXRef-app
PackageDownloadLocation: NONE

PackageName: left-pad
SPDXID: SPDXRef-1
PackageVersion: 1.3.0
PackageComment: <text>two
PackageName: not a package</text>
PackageLicenseDeclared: MIT
ExternalRef: PACKAGE-MANAGER purl pkg:npm/left-pad@1.3.0
PackageName: unknown
SPDXID: SPDXRef-2
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app
"""
    got = read(tag)
    T.ok([(p["name"], p["license"]) for p in got.get("packages", [])] == [("left-pad", "MIT")], "tag-value", got)
    T.ok(len(got.get("problems", [])) == 1 and "unknown" in got["problems"][0]["reason"], "tag-value: what has no purl is told", got)
    got = read(cyclonedx([{"type": "library", "name": "mystery", "version": "1"}]))
    T.ok(not got.get("packages") and "mystery" in got["problems"][0]["reason"], "no purl is a problem", got)
    got = read(cyclonedx([{"type": "library", "name": "m", "purl": "pkg:martian/x@1"}]))
    T.ok(not got.get("packages") and len(got["problems"]) == 1, "an unknown type is a problem", got)
    got = read(cyclonedx([{"type": "library", "name": "m", "purl": "not a purl"}]))
    T.ok(not got.get("packages") and len(got["problems"]) == 1, "a broken purl is a problem", got)
    got = read(cyclonedx([]))
    T.ok(len(got.get("problems", [])) == 1, "no packages at all is a problem, not a clean bill", got)
    got = read(cyclonedx([{"type": "library", "name": "n", "purl": "pkg:npm/n@1", "surprise": 1}]))
    T.ok(got.get("valid") is False and len(got["packages"]) == 1, "an invalid document is still read", got)


def hostile():
    laughs = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><bom>&b;</bom>"""
    outside = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom>&x;</bom>"""
    ns = "http://cyclonedx.org/schema/bom/1.6"
    cases = {
        "entities that multiply": (laughs, "document type"),
        "entities from files": (outside, "document type"),
        "an entity that is not defined": (f'<bom xmlns="{ns}">&x;</bom>', "not defined"),
        "XML nested deep": (f'<bom xmlns="{ns}">' + "<a>" * 5000, "deep"),
        "JSON nested deep": ('{"bomFormat":' + "[" * 5000, "deep"),
        "XML cut short": (f'<bom xmlns="{ns}"><components>', "ends inside"),
        "JSON cut short": ('{"bomFormat":"CycloneDX"', ""),
        "empty": ("", "neither"),
        "other XML": ("<a/>", "neither CycloneDX nor SPDX"),
        "other JSON": ("{}", "neither"),
        "a version of the future": (cyclonedx([], "9.9"), "9.9"),
        "SPDX of the future": ('{"spdxVersion":"SPDX-9"}', "SPDX-9"),
        "UTF-16": (b"\xff\xfe<\0a\0", "ends inside"),
        "Latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?><bom/>', "UTF-8"),
        "not UTF-8": (b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6">\xff</bom>', "UTF-8"),
        "NUL": (b"<bom>\0</bom>", ""),
        "attribute twice": (f'<bom xmlns="{ns}" version="1" version="1"/>', "twice"),
        "ends crossed": ("<a><b></a></b>", "another element"),
        "a text that does not end": ("SPDXVersion: SPDX-2.3\nPackageComment: <text>x\n", "does not end"),
    }
    for name, (data, text) in cases.items():
        done = seawall(data, "--validate")
        T.ok(done.returncode == 2 and text in done.stderr and "Sanitizer" not in done.stderr, name,
             f"{done.returncode} {done.stdout} {done.stderr}")
    many = cyclonedx([{"type": "library", "name": "n", "purl": f"pkg:npm/n@{i}"} for i in range(20000)])
    got = read(many)
    T.ok(len(got.get("packages", [])) == 20000, "20,000 packages", list(got)[:5])


def main():
    roundtrips()
    documents()
    hostile()
    return T.end()


if __name__ == "__main__":
    sys.exit(main())
