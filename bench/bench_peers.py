#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The inventory of a folder beside Syft, and its secrets beside Gitleaks ($SYFT, $GITLEAKS, or on PATH), in turns:
medians of CPU (user and system, all processes), clock and memory, and the ratio of CPU. A peer that has not ended
after LIMIT seconds is stopped, and its time is "more than". Seawall reads without its cache of earlier scans.

usage: bench_peers [FOLDER [ROUNDS]]
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SEAWALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../seawall")
LIMIT = 300


def ours(out):
    """What each peer's report is compared with: how much was found, which says that both did the work."""
    doc = json.load(open(out))
    return len([c for c in doc["components"] if c.get("purl")]) if "components" in doc else len(doc["findings"])


def syft(out):
    return len([c for c in json.load(open(out))["components"] if c.get("purl")])


def gitleaks(out):
    return len(json.load(open(out)))


def run(cmd, out, env):
    """Seconds of CPU and clock, MB, and whether it ended in time."""
    with open(out, "w") as f, open(os.devnull, "w") as null:
        start = time.monotonic()
        p = subprocess.Popen(cmd, stdout=f, stderr=null, env=env)
        ended = True
        while True:
            pid, _, used = os.wait4(p.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > LIMIT and ended:
                p.kill()
                ended = False
            time.sleep(0.01)
        p.returncode = 0
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024, ended


def pair(name, mine, peer, count, rounds, work):
    env = dict(os.environ, XDG_CACHE_HOME=work, SYFT_CHECK_FOR_APP_UPDATE="false")
    figures, found, ended = ([], []), [0, 0], True
    for _ in range(rounds):
        for i, (cmd, counter) in enumerate(((mine, ours), (peer, count))):
            shutil.rmtree(os.path.join(work, "seawall"), ignore_errors=True)
            out = os.path.join(work, "out-%d.json" % i)
            figures[i].append(run([a.replace("OUT", out) for a in cmd], out, env))
            ended &= figures[i][-1][3]
            found[i] = counter(out) if figures[i][-1][3] else 0
        if not ended:
            break
    for i, who in enumerate(("seawall", name)):
        cpu, clock, mb = (statistics.median(f[k] for f in figures[i]) for k in range(3))
        print("%-9s %8.2f s of CPU %8.2f s by the clock %6.0f MB  %d found" % (who, cpu, clock, mb, found[i]))
    ratio = statistics.median(f[0] for f in figures[1]) / statistics.median(f[0] for f in figures[0])
    print("%s uses %s%.1f times the CPU" % (name, "" if ended else "more than ", ratio), flush=True)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/lib/python3"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    peers = (("syft", [SEAWALL, "scan", "rootfs", folder, "--sbom", "cyclonedx"], ["-q", "dir:" + folder, "-o", "cyclonedx-json"],
              syft),
             ("gitleaks", [SEAWALL, "scan", "secrets", folder, "-o", "json"],
              ["dir", folder, "--no-banner", "--exit-code", "0", "-r", "OUT", "-f", "json"], gitleaks))
    with tempfile.TemporaryDirectory() as work:
        for name, mine, args, count in peers:
            program = os.environ.get(name.upper()) or shutil.which(name)
            if program:
                pair(name, mine, [program] + args, count, rounds, work)
            else:
                print("skipped: %s is not installed" % name)


if __name__ == "__main__":
    main()
