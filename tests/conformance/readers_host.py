#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the readers list of this machine against what its own tools say. usage: readers_host.py READERS_RUN"""
import glob
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

T = Tap()


def out(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode(errors="replace")


def same(name, got, want):
    got, want = sorted(got), sorted(want)
    T.ok(got == want, "%s: %d packages" % (name, len(want)),
        "\n".join(["extra " + x for x in got if x not in want] + ["missing " + x for x in want if x not in got]))


def dpkg(tool):
    if not shutil.which("dpkg-query"):
        T.ok(True, "dpkg # skip no dpkg-query here")
        return
    want = []
    form = "${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t${db:Status-Status}\n"
    for row in out("dpkg-query", "-W", "-f", form).splitlines():
        name, version, source, source_version, arch, state = row.split("\t")
        if state in ("config-files", "not-installed"):
            continue
        want.append("deb %s %s%s%s arch=%s" % (name, version, " source=" + source if source != name else "",
                    " sourceversion=" + source_version if source_version != version else "", arch))
    got = [x.split(" supplier=")[0].split(" path=")[0] for x in out(tool, "-r", "dpkg", "/var/lib/dpkg/status").splitlines()]
    same("dpkg", got, want)


def listed(tool, *paths, cut=(" license=", " supplier=", " path=")):
    rows = []
    for x in out(tool, *paths).splitlines():
        for label in cut:
            x = x.split(label)[0]
        rows.append(x)
    return rows


def go(tool):
    """Against `go version -m`; main modules built from a working tree may get a version out of -ldflags."""
    found = [p for d in (os.path.expanduser("~/go/bin"), "/usr/local/go/bin", "/usr/bin") for p in sorted(glob.glob(d + "/*"))
             if os.path.isfile(p) and not os.path.islink(p) and os.path.getsize(p) > 500000]
    if not shutil.which("go"):
        found = []
    tested = 0
    for p in found:
        rows = out("go", "version", "-m", p).splitlines()
        if not rows or tested == 12:
            continue
        tested += 1
        version = rows[0].split(": ")[1].split()[0][2:]
        want = ["golang stdlib v" + version + (".0" if version.count(".") == 1 else "")]
        for row in rows[1:]:
            f = row.split("\t")[1:]
            if f[0] in ("dep", "mod"):
                want.append("golang %s %s" % (f[1], f[2]))
            elif f[0] == "=>":
                want[-1] = "golang %s %s" % (f[1], f[2])
        devel = [w.split()[1] for w in want if w.endswith("(devel)")]
        got = listed(tool, "-r", "program", p)
        same("go " + os.path.basename(p), [g for g in got if g.split()[1] not in devel],
             [w for w in want if w.split()[1] not in devel])
    if not tested:
        T.ok(True, "go # skip no Go programs here")


def python(tool):
    """Every site-packages of this machine against importlib.metadata."""
    places = [p for p in glob.glob("/root/.pyenv/versions/3*/lib/python3*/site-packages") +
              glob.glob("/usr/lib/python3/dist-packages") if os.path.isdir(p)]
    for place in places:
        want = set()
        for d in metadata.distributions(path=[place]):
            # Eggs inside of zip files and folders without metadata are no files of ours.
            if d.metadata["Name"] and d.metadata["Version"]:
                want.add("pypi %s %s" % (d.metadata["Name"], d.metadata["Version"]))
        got = {x for x in listed(tool, place) if x.startswith("pypi ")}
        nested = {x for x in got if x not in want}
        T.ok(want <= got, "python %s: %d packages" % (place, len(want)), "\n".join(sorted(want - got)))
        T.ok(len(nested) <= 30, "python %s: only vendored ones beside them" % place, "\n".join(sorted(nested)))
    if not places:
        T.ok(True, "python # skip no site-packages here")


def jars(tool):
    """Every pom.properties in /usr/share/java, read with Python's zipfile."""
    found = sorted(p for p in glob.glob("/usr/share/java/*.jar") if not os.path.islink(p))[:150]
    missing, all_of_them = [], 0
    for p in found:
        got = listed(tool, "-r", "jar", p)
        archive = zipfile.ZipFile(p)
        for name in archive.namelist():
            if name.startswith("META-INF/maven/") and name.endswith("/pom.properties"):
                text = archive.read(name).decode(errors="replace")
                kv = dict(x.split("=", 1) for x in text.splitlines() if "=" in x and x[0] != "#")
                all_of_them += 1
                row = "maven %s/%s %s" % (kv["groupId"].strip(), kv["artifactId"].strip(), kv["version"].strip())
                if row not in got:
                    missing.append(p + ": " + row)
    T.ok(not missing, "jars: %d of pom.properties in %d archives" % (all_of_them, len(found)) if found else
        "jars # skip no /usr/share/java here", "\n".join(missing))


def node(tool):
    """node_modules, nested ones too, against a walk in Python."""
    for place in ("/usr/share/nodejs", "/usr/lib/node_modules", "/usr/local/lib/node_modules"):
        if not os.path.isdir(place):
            continue
        want = set()
        for base, dirs, files in os.walk(place):
            parts = base.split("/")
            owner = parts[-3] if parts[-2].startswith("@") else parts[-2]
            top = "/".join(parts[:-2] if parts[-2].startswith("@") else parts[:-1])
            if "package.json" not in files or parts[-1].startswith("@") or \
                    not (owner == "node_modules" or top == "/usr/share/nodejs"):
                continue
            try:
                d = json.load(io.open(os.path.join(base, "package.json"), encoding="utf-8-sig"))
            except ValueError:
                continue
            if isinstance(d.get("name"), str) and isinstance(d.get("version"), str) and d["name"] and d["version"]:
                want.add("npm %s %s" % (d["name"], d["version"]))
        rows = {x for x in listed(tool, "-p", place[1:], place) if x.startswith("npm ")}
        T.ok(rows == want, "node %s: %d packages" % (place, len(want)),
            "\n".join(["extra " + x for x in sorted(rows - want)] + ["missing " + x for x in sorted(want - rows)]))


SPEC = """Name: tsrc
Epoch: 2
Version: 1.5
Release: 3
Summary: t
License: MIT
Vendor: Acme
BuildArch: noarch
Modularitylabel: m:1:2:3
%description
x
%package -n other-bin
Summary: o
Epoch: 1
%description -n other-bin
y
%install
mkdir -p %{buildroot}/usr/share/t %{buildroot}/usr/lib/python3/site-packages/z-1.dist-info
for i in $(seq 1 300); do echo $i > %{buildroot}/usr/share/t/f$i; done
printf 'Name: z\\nVersion: 1\\n' > %{buildroot}/usr/lib/python3/site-packages/z-1.dist-info/METADATA
%files
/usr/share/t
%files -n other-bin
/usr/lib/python3
"""


def rpm(tool):
    """Packages that rpmbuild makes, installed by rpm into a root of their own; a Python package is in one of them."""
    if not shutil.which("rpmbuild") or not shutil.which("rpm"):
        T.ok(True, "rpm # skip no rpmbuild here")
        return
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/t.spec", "w") as f:
            f.write(SPEC)
        out("rpmbuild", "--define", "_topdir " + d + "/top", "-bb", d + "/t.spec")
        root = d + "/root"
        os.makedirs(root + "/var/lib/rpm")
        with_root = ("rpm", "--root", root, "--dbpath", "/var/lib/rpm")
        out(*with_root, "--initdb")
        out(*with_root, "-i", "--nodeps", "--noscripts", "--force-debian", *glob.glob(d + "/top/RPMS/*/*.rpm"))
        rows = out(*with_root, "-qa", "--qf", "rpm %{NAME} %{EVR}\\n").splitlines()
        got = listed(tool, root)
        if not rows:
            T.ok(True, "rpm # skip it does not install here (no root?)")
            return
        T.ok(sorted(r.split()[1:] for r in rows) == sorted(g.split()[1:3] for g in got if g.startswith("rpm ")),
            "rpm: %d packages" % len(rows), "\n".join(got))
        T.ok("rpm tsrc 2:1.5-3 arch=noarch module=m:1:2:3" in got, "rpm: module and architecture", "\n".join(got))
        T.ok(any(x.startswith("pypi z 1") and x.endswith(" os") for x in out(tool, root).splitlines()),
            "rpm: a Python package that came with one is owned", "\n".join(got))


dpkg(sys.argv[1])
rpm(sys.argv[1])
go(sys.argv[1])
python(sys.argv[1])
jars(sys.argv[1])
node(sys.argv[1])
T.end()
