#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco_fields.py SEAWALL: fields, event by event, against `sysdig -p` on all captures; one TAP line per field.

sysdig 0.29 is older than the libraries whose words Seawall speaks. Where they differ on purpose the reason stands
here; everything else must be equal on every exit event that both have."""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

SCAP = os.path.join(os.environ.get("SW_SHARED", "../shared"), "conformance", "falco", "scap")
EQUAL = """container.id container.type evt.count evt.cpu evt.io_dir evt.is_io evt.is_io_read evt.is_io_write
evt.is_open_exec evt.is_open_read evt.is_open_write evt.is_syslog evt.is_wait evt.type evt.abspath fdlist.names fdlist.nums
group.name proc.args proc.cmdline proc.exe proc.exeline proc.exepath proc.name proc.sid proc.tty proc.fdlimit proc.loginshellid
proc.vpgid syscall.type thread.cgroups thread.tid user.homedir user.name user.shell user.uid proc.aname[2] proc.aname[3]
proc.apid[2] fd.name fd.typechar fd.type fd.directory fd.filename fd.sip fd.cip fd.sport fd.l4proto proc.cwd proc.pid evt.res
evt.rawres container.name container.image.repository proc.pname fd.lport fd.rport fd.num""".split()
# Events of which sysdig takes the descriptor from the enter half, and those that have it in the exit half only today.
NO_FD = {"mmap", "setsockopt", "unlinkat", "mkdirat", "renameat", "linkat", "symlinkat", "fchmodat", "fchownat", "socket",
         "listen", "getsockopt"}
WHY = {
    "fd.": "the libraries of today learn a socket from sendto and sendmsg, follow the second connect of a UDP socket, and "
           "take no name from a connect that failed",
    "proc.pid": "a thread that is in no list has no process id today",
    "proc.cwd": "a thread that is in no list has no main thread today: its folder is ./",
    "proc.fdlimit": "a thread that is in no list has no main thread today: its limit is 0",
    "evt.r": "the result of brk is no result today; setsockopt has one",
    "container.": "what is no container has an empty name and image today, not none",
    "proc.pname": "the parent is the process that has that id, not the one that had it at the fork",
}
# How many events may differ for the reason above: what was counted once, so that it does not grow.
LIMIT = {"fd.name": 40, "fd.typechar": 20, "fd.type": 20, "fd.directory": 20, "fd.filename": 20, "fd.sip": 20, "fd.cip": 20,
         "fd.sport": 20, "fd.l4proto": 20, "fd.lport": 20, "fd.rport": 20, "fd.num": 20, "proc.pid": 20,
         "proc.cwd": 20, "proc.fdlimit": 20,
         "evt.res": 250, "evt.rawres": 250, "container.name": 400, "container.image.repository": 2700, "proc.pname": 1000}
SEP, END = "\x01", "\x02"


def sysdig(capture):
    fmt = SEP.join("%" + f for f in ["evt.rawtime", "thread.tid", "evt.type"] + EQUAL)
    out = subprocess.run(["sysdig", "-r", capture, "-p", "*" + fmt + END, "evt.dir=<"], capture_output=True, check=False).stdout
    rows = [r.lstrip("\n").split(SEP) for r in out.decode("utf-8", "replace").split(END)[:-1]]
    return {tuple(r[:3]): r[3:] for r in rows}


def seawall(binary, capture, rules):
    out = subprocess.run([binary, "watch", "--replay", capture, "-r", rules, "--no-suggested", "-o", "json", "-q",
                          "--message-property", "--no-output-property", "--no-fields-property"],
                         capture_output=True, check=False).stdout
    rows = [json.loads(x)["message"].split(SEP) for x in out.decode("utf-8", "replace").splitlines()]
    return {tuple(r[:3]): r[3:] for r in rows}


def main():
    if not os.path.isdir(SCAP) or not shutil.which("sysdig"):
        print("1..1\nok 1 - fields # skip " + ("sysdig is not installed" if os.path.isdir(SCAP) else SCAP + " is not there"))
        return
    os.environ["SEAWALL_NO_DNS"] = "1"
    differ, seen, example = collections.Counter(), 0, {}
    with tempfile.TemporaryDirectory() as d:
        rules = os.path.join(d, "r.yaml")
        with open(rules, "w", encoding="utf-8") as f:
            fields = ["evt.rawtime", "thread.tid", "evt.type"] + EQUAL
            f.write("- rule: r\n  desc: d\n  condition: evt.num > 0\n  output: \"%s\"\n  priority: INFO\n"
                    % "\\x01".join("%" + x for x in fields))
        for c in sorted(os.listdir(SCAP)):
            theirs, ours = sysdig(os.path.join(SCAP, c)), seawall(sys.argv[1], os.path.join(SCAP, c), rules)
            for k in theirs.keys() & ours.keys():
                seen += 1
                for f, a, b in zip(EQUAL, theirs[k], ours[k]):
                    if a != b and not (f.startswith("fd.") and k[2] in NO_FD):
                        differ[f] += 1
                        example.setdefault(f, f"{c} {k}: sysdig {a!r}, here {b!r}")
    print(f"1..{len(EQUAL) + 1}\nok 1 - {seen} events compared" if seen > 30000 else f"1..{len(EQUAL) + 1}\nnot ok 1 - {seen} events")
    for n, f in enumerate(EQUAL, 2):
        ok = differ[f] <= LIMIT.get(f, 0)
        why = next((w for p, w in WHY.items() if f.startswith(p)), "")
        print(f"{'' if ok else 'not '}ok {n} - {f}" + (f": {differ[f]} differ: {why}" if differ[f] and ok else ""))
        if not ok:
            print(f"# {differ[f]} differ, at most {LIMIT.get(f, 0)}: {example[f]}")


main()
