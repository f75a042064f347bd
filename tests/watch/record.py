#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record.py SEAWALL: captures that --record writes, read by sysdig: the same events, processes and descriptors as in
the capture that was recorded, and what this machine did, when it can be watched. TAP."""
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
SCAP = os.path.join(SHARED, "conformance", "falco", "scap")
FIELDS = ["evt.rawtime", "thread.tid", "evt.type", "evt.dir", "evt.rawres", "proc.name", "proc.pid", "proc.exe", "proc.cmdline",
          "proc.cwd", "user.uid", "fd.num", "fd.name", "fd.typechar", "fd.cip", "fd.sport"]
ALL = "- rule: all\n  desc: d\n  condition: evt.num > 0\n  output: \"%s\"\n  priority: INFO\n"
T = Tap()


def run(*args):
    return subprocess.run(args, capture_output=True, timeout=100, check=False)


def sysdig(path, *filters):
    """{(time, thread, type): values} of the exit events."""
    r = run("sysdig", "-r", path, "-p", "*" + "\x01".join("%" + f for f in FIELDS) + "\x02", "evt.dir=<", *filters)
    rows = [x.strip("\n").split("\x01") for x in r.stdout.decode("utf-8", "replace").split("\x02")[:-1]]
    return {tuple(x[:3]): x[4:] for x in rows}, r


def seawall(path, rules):
    r = run(SEAWALL, "watch", "--replay", path, "-r", rules, "--no-suggested", "-q", "-o", "json", "--no-output-property")
    out = {}
    for x in r.stdout.decode("utf-8", "replace").splitlines():
        f = json.loads(x)["output_fields"]
        if f["evt.dir"] != "<":
            continue
        out[(str(f["evt.rawtime"]), str(f["thread.tid"]), f["evt.type"])] = [f.get(k) for k in FIELDS[4:]]
    return out


def recorded(capture, d, rules, name):
    path = os.path.join(d, "out.scap" + (".gz" if "gz" in name else ""))
    r = run(SEAWALL, "watch", "--replay", capture, "-r", rules, "-q", "--no-stdout", "--record", path)
    if r.returncode:
        return T.ok(False, name, r.stderr.decode())
    if path.endswith(".gz"):
        with gzip.open(path) as f:
            f.read()
    mine, again = seawall(capture, rules), seawall(path, rules)
    (theirs, s), (before, _) = sysdig(path), sysdig(capture)
    bad = [f"{k}: {mine[k]} before, {again.get(k)} recorded" for k in mine if mine[k] != again.get(k)]
    # What the old schema called otherwise has another key in the recording; fadvise64 is newer than sysdig's.
    seen = {k for k in mine if k in before and k[2] != "fadvise64"}
    missing = seen - set(theirs)
    if s.returncode or missing or not seen:
        bad.append(f"sysdig: {s.stderr.decode()[:300]}, {len(missing)} of {len(seen)} events missing: {sorted(missing)[:3]}")
    for i, f in enumerate(FIELDS[4:]):
        diff = [(k, before[k][i], theirs[k][i]) for k in seen & set(theirs) if before[k][i] not in (theirs[k][i], "<NA>", "")]
        if len(diff) * 100 > len(seen):
            bad.append(f"{f}: {len(diff)} of {len(seen)} differ, such as {diff[0]}")
    T.ok(not bad, name, "\n".join(bad))


def live(d, rules):
    name = "sysdig reads what the live sensor recorded, and finds an open in it"
    path, marker = os.path.join(d, "live.scap"), os.path.join(d, "the-marker")
    with open(marker, "w", encoding="utf-8") as f:
        f.write("x")
    p = subprocess.Popen([SEAWALL, "watch", "-r", rules, "-q", "--no-stdout", "--record", path],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    left = 150  # a busy machine may need seconds to load the sensor
    while left:
        left = min(left - 1, 20) if os.path.exists(path) and os.path.getsize(path) else left - 1
        time.sleep(0.1)
        if p.poll() is not None:
            return T.skip(name, p.stderr.read().strip().splitlines()[0])
        subprocess.run(["cat", marker], stdout=subprocess.DEVNULL, check=True)
    p.send_signal(signal.SIGTERM)
    err = p.communicate(timeout=30)[1]
    rows, r = sysdig(path, "and", "fd.name=" + marker)
    opens = [v for k, v in rows.items() if k[2] in ("open", "openat", "openat2") and v[1] == "cat"]
    T.ok(r.returncode == 0 and len(opens) >= 5, name, f"{err} {r.stderr.decode()[:300]} {len(opens)} opens, {len(rows)} events")


def hostname(capture, d):
    """Of the machine that was recorded, not of this one; a recording of it says the same."""
    again, rules = os.path.join(d, "host.scap"), os.path.join(d, "host.yaml")
    with open(rules, "w", encoding="utf-8") as f:
        f.write(ALL % "<%evt.hostname>")
    run(SEAWALL, "watch", "--replay", capture, "-r", rules, "-q", "--no-stdout", "--record", again)
    for path in (capture, again):
        out = run(SEAWALL, "watch", "--replay", path, "-r", rules, "--no-suggested", "-q").stdout.decode()
        names = {x.rsplit("<", 1)[1] for x in out.splitlines()}
        T.ok(names == {"ubuntu>"}, f"evt.hostname is the recorded machine's: {os.path.basename(path)}", names)


def main():
    cat = os.path.join(SCAP, "falco__cat_write.scap")
    if os.path.exists(cat):
        with tempfile.TemporaryDirectory() as d:
            hostname(cat, d)
    if not shutil.which("sysdig"):
        return T.skip("recordings", "sysdig is not installed")
    os.environ.update(SEAWALL_NO_DNS="1", LC_ALL="C.UTF-8")
    with tempfile.TemporaryDirectory() as d:
        rules = os.path.join(d, "all.yaml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write(ALL % " ".join("%" + x for x in FIELDS))
        names = ["falco__cat_write.scap", "falco__connect_localhost.scap", "sysflow__client-server__tcp-client-server.scap",
                 "sysflow__files__files.scap", "sysflow__rename__rename.scap", "libs__test_ipv6_client.scap"]
        for c in names if os.path.isdir(SCAP) else []:
            if os.path.exists(os.path.join(SCAP, c)):
                recorded(os.path.join(SCAP, c), d, rules, "recorded anew: " + c)
        if os.path.isdir(SCAP):
            recorded(os.path.join(SCAP, names[0]), d, rules, "recorded anew, .gz")
        live(d, rules)
    return None


main()
T.end()
