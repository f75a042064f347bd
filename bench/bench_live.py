#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
What the live sensor costs, with Seawall's own rules: lost events at 300,000 opens a second, the slowdown of a
compiler and of find (with and without in turn), memory over 100,000 processes and 10,000
containers. Needs root; says what it skips.
"""
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SEAWALL = os.path.join(HERE, "..", "seawall")
LAB = os.path.join(HERE, "..", "tests", "live", "live_lab")
ROUNDS = int(os.environ.get("SW_BENCH_ROUNDS", "15"))


class Watch:
    def __enter__(self):
        self.err = tempfile.TemporaryFile("w+")
        self.p = subprocess.Popen([SEAWALL, "watch", "-o", "json"], stdout=subprocess.DEVNULL, stderr=self.err)
        time.sleep(1)
        if self.p.poll() is not None:
            self.err.seek(0)
            print("live: skipped: " + self.err.read().strip())
            sys.exit(0)
        return self

    def __exit__(self, *_):
        self.p.send_signal(signal.SIGINT)
        self.p.wait()
        self.err.seek(0)
        self.text = self.err.read()
        self.lost = sum(int(n) for n in re.findall(r"in all, (\d+) events lost", self.text))
        self.events = int(re.search(r"Events: (\d+)", self.text).group(1))

    def status(self, key):
        return int(re.search(key + r":\s+(\d+)", open(f"/proc/{self.p.pid}/status").read()).group(1)) / 1024

    def cpu(self):
        f = open(f"/proc/{self.p.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")


def timed(argv, cwd):
    """Wall time, and CPU time of the work itself, which others on the machine disturb less."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def opens():
    # The rate is to be reached also where others use the machine: the sensor and what it watches go before them.
    if os.environ.get("SW_BENCH_RT"):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    with Watch() as w:
        before = w.cpu()
        # One program alone cannot: each CPU takes a half.
        p = [subprocess.Popen([LAB, "opens", "150000:3"], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        rate = sum(float(x.communicate()[0].split()[0]) for x in p)
        time.sleep(0.5)
        used = w.cpu() - before
    if os.environ.get("SW_BENCH_RT"):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    print(f"opens:      {rate:.0f} per second, {w.events} events, {w.lost} lost; the sensor used {used / 3 * 100:.0f} % of a CPU; "
          f"of the goal {rate / 300000:.2f}")


def slowdown(name, argv, cwd, goal):
    """
    A round is the best of three without and the best of three with, in an order that alternates; the verdict is the
    median of the rounds' ratios, because the speed of a shared machine drifts within one round less than over all.
    """
    rounds = []
    timed(argv, cwd)

    def without():
        return [min(x) for x in zip(*(timed(argv, cwd) for _ in range(3)))]

    def watched():
        with Watch():
            return without()

    for i in range(ROUNDS):
        if i % 2:
            with_it, plain = watched(), without()
        else:
            plain, with_it = without(), watched()
        rounds.append((with_it[0] / plain[0], with_it[1] / plain[1], plain[0], with_it[0]))
    wall, cpu = (statistics.median(r[i] for r in rounds) for i in (0, 1))
    print(f"{name + ':':11} median of {ROUNDS} rounds: {wall:.3f} of the time without, {cpu:.3f} of its CPU (goal {goal}); "
          f"rounds {min(r[0] for r in rounds):.3f} to {max(r[0] for r in rounds):.3f}; "
          f"best {min(r[2] for r in rounds):.3f} s without, {min(r[3] for r in rounds):.3f} s with", flush=True)


def compiler(dir):
    with open(dir + "/a.c", "w") as f:
        f.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\n#include <unistd.h>\n")
        for i in range(300):
            f.write(f"int f{i}(int *a, int n) {{ int s = 0; for (int i = 0; i < n; i++) s += a[i] * {i}; return s; }}\n")
        f.write("int main(void) { return 0; }\n")
    return ["sh", "-c", "gcc -O2 -c a.c -o a.o; gcc a.o -o p"]


def memory():
    unified = next((l.split()[1] for l in open("/proc/mounts") if l.split()[2] == "cgroup2"), None)
    with Watch() as w:
        start = w.status("VmRSS")
        subprocess.run([LAB, "forks", "50000"])
        half = w.status("VmRSS")
        subprocess.run([LAB, "forks", "50000"])
        time.sleep(1)
        processes = w.status("VmRSS")
        folder = unified + "/seawall-bench" if unified else None
        if folder:
            os.makedirs(folder, exist_ok=True)
            subprocess.run([LAB, "cgroups", folder + ":10000"])
            os.rmdir(folder)
        containers, peak = w.status("VmRSS"), w.status("VmHWM")
    print(f"memory:     {start:.1f} MB at the start, {half:.1f} after 50,000 processes, {processes:.1f} after 100,000, "
          f"{containers:.1f} after 10,000 containers, {peak:.1f} at most (goal 64); {w.lost} lost")


def main():
    if os.geteuid() != 0:
        print("live: skipped: needs root")
        return
    only = sys.argv[1:]
    dir = tempfile.mkdtemp(dir="/var/tmp")
    try:
        if not only or "opens" in only:
            opens()
        if not only or "compile" in only:
            slowdown("compiler", compiler(dir), dir, "1.05")
        if not only or "find" in only:
            slowdown("find /usr", ["find", "/usr"], dir, "1.25")
        if not only or "memory" in only:
            memory()
    finally:
        shutil.rmtree(dir, ignore_errors=True)


main()
