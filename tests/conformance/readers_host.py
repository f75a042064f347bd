#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the readers list of this machine against what its own tools say. usage: readers_host.py READERS_RUN"""
import shutil
import subprocess
import sys

count = 0


def tap(good, name, why=""):
    global count
    count += 1
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    if not good:
        print("\n".join("# " + line for line in why.splitlines()[:30]))


def out(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode(errors="replace")


def same(name, got, want):
    got, want = sorted(got), sorted(want)
    tap(got == want, "%s: %d packages" % (name, len(want)),
        "\n".join(["extra " + x for x in got if x not in want] + ["missing " + x for x in want if x not in got]))


def dpkg(tool):
    if not shutil.which("dpkg-query"):
        tap(True, "dpkg # skip no dpkg-query here")
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


dpkg(sys.argv[1])
print("1..%d" % count)
