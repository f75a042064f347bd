#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long judging a node takes: Seawall's own benchmark and kube-bench's cis-1.12 on a kubeadm node's tree, and,
where kube-bench is installed, both programs on this machine in turn. Medians; the ratio is to a bare start of the
program (`seawall version`) and to kube-bench."""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("SW_SOURCE", os.path.join(HERE, "../../.."))
SEAWALL = os.path.join(HERE, "../seawall")
SHARED = os.environ.get("SW_SHARED", os.path.join(SOURCE, "../shared"))
sys.path.insert(0, os.path.join(SOURCE, "tests/conformance"))
from cis_nodes import make  # noqa: E402

ROUNDS = 15


def once(cmd):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    p = subprocess.Popen(cmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(p.pid, 0)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3, wall * 1e3, usage.ru_maxrss / 1024


def measure(name, cmd, rounds=ROUNDS):
    runs = [once(cmd) for _ in range(rounds)]
    cpu, wall, rss = (statistics.median(r[i] for r in runs) for i in range(3))
    print(f"{name:46} {cpu:8.1f} ms CPU {wall:8.1f} ms {rss:7.1f} MiB")
    return cpu


def main():
    root = tempfile.mkdtemp(prefix="bench-cis-")
    theirs = ["--benchmark-dir", os.path.join(SHARED, "conformance/kube-bench"), "--benchmark", "cis-1.12"]
    try:
        make("kubeadm", root)
        run = [SEAWALL, "bench", "--root", root, "--fail-on", "never"]
        bare = measure("seawall version", [SEAWALL, "version"])
        own = measure("own benchmark, kubeadm tree", run)
        print(f"ratio to a bare start: {own / bare:.1f}")
        if os.path.isdir(theirs[1]):
            cpu = measure("cis-1.12 of kube-bench, kubeadm tree", run + theirs)
            print(f"ratio to a bare start: {cpu / bare:.1f} (goal: 50 ms, 20 MiB)")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    peer = shutil.which("kube-bench") or os.path.expanduser("~/go/bin/kube-bench")
    if not os.path.exists(peer) or not os.path.isdir(theirs[1]):
        print("kube-bench is not installed: no peer")
        return
    targets = ["master", "node", "etcd", "controlplane"]
    ours = measure("this machine: seawall", [SEAWALL, "bench", "--fail-on", "never", "--target", ",".join(targets)] + theirs)
    peers = measure("this machine: kube-bench", [peer, "run", "--config-dir", theirs[1], "--benchmark", "cis-1.12", "--targets",
                                                ",".join(targets)], 3)
    print(f"ratio to kube-bench: {peers / ours:.0f} times less CPU")


if __name__ == "__main__":
    main()
