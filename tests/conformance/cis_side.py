#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Side by side with kube-bench itself: the nodes of the other tests, and nodes changed at random (flags taken away, doubled,
misspelt, given odd values; files of odd modes and owners, empty, gone, links, folders; processes gone), each made real in
namespaces of its own with processes of these names, judged by kube-bench, and by Seawall with --usual-paths.

Every difference must be of a kind that is explained here, and no FAIL may be a PASS or the other way round but for the one
reason named.  Needs root, unshare, overlay mounts, kube-bench ($SW_KUBE_BENCH_PROGRAM or PATH) and its benchmarks
($SW_KUBE_BENCH); else skipped.  usage: cis_side.py SEAWALL SLEEPER [SEED [COUNT]]   prints TAP"""
import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cis_nodes import MANAGED, NODES, Node, folder_of  # noqa: E402
from harness import Tap, skip_all  # noqa: E402

VALUES = ["true", "false", "TRUE", "False", "0", "1", "30", "100", "10", '""', "", "/etc/x", "Node,RBAC", "AlwaysAllow", "RBAC", "AlwaysAdmit",
          "NodeRestriction", "EventRateLimit,NodeRestriction", "127.0.0.1", "0.0.0.0", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_128_CBC_SHA", "300s", "5m", "0s", "4h0m0s", "-1", "abc", "true ", "VersionTLS12"]
FLAGS = ["anonymous-auth", "token-auth-file", "authorization-mode", "enable-admission-plugins", "disable-admission-plugins", "profiling",
         "audit-log-path", "audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize", "request-timeout", "service-account-lookup",
         "tls-cipher-suites", "encryption-provider-config", "bind-address", "feature-gates", "read-only-port", "event-qps",
         "streaming-connection-idle-timeout", "rotate-certificates", "hostname-override", "make-iptables-util-chains", "client-cert-auth",
         "auto-tls", "peer-auto-tls", "root-ca-file", "kubeconfig", "config", "data-dir", "protect-kernel-defaults",
         "service-account-extend-token-expiration", "terminated-pod-gc-threshold"]
TEXTS = [("false", '"false"'), ("true", "yes"), ("false", "False"), ("true", "True"), ("0\n", '"0"\n'), ("enabled: ", "enabled:   "),
         ("Webhook", "AlwaysAllow"), ("5m", "0"), ("\n", "\r\n"), ("x509:", "x508:"), ("true\n", "true # c\n")]
MODES = [0o600, 0o644, 0o640, 0o666, 0o700, 0o755, 0o777, 0o400, 0, 0o4755, 0o1777, 0o604]
# Our reason where kube-bench has a verdict: it had nothing to look at, and said FAIL, or PASS, of that.
ACCIDENTS = re.compile(r"not evaluated: (the audit found nothing to look at|.* does not exist|no process is called .*|there is no file to look at|"
                       r".* is not running on this node|.*Is a directory.*|.*No such file.*|.*not a regular file.*|.*Not a directory.*)$", re.S)
GIVES_UP = "kube-bench gives up all programs of a target where one does not run"


class Real(Node):
    """Processes are kept to be started; /proc is filled for Seawall when they are known."""
    def __init__(self, root):
        self.procs = []
        super().__init__(root)

    def proc(self, comm, args, pid=None):
        if comm == "systemd":
            super().proc(comm, args, pid)
        else:
            self.procs.append((comm, list(args)))

    def fill(self):
        for comm, args in self.procs:
            super().proc(comm, args)


def change(n, r):
    for _, args in n.procs:
        for _ in range(r.randrange(6)):
            op, i = r.randrange(6), r.randrange(1, len(args)) if len(args) > 1 else 0
            if op == 0 and i:
                del args[i]
            elif op == 1 and i:
                args[i] = args[i].split("=")[0] + "=" + r.choice(VALUES)
            elif op == 2:
                args.append("--" + r.choice(FLAGS) + "=" + r.choice(VALUES))
            elif op == 3:
                args += ["--" + r.choice(FLAGS), r.choice(VALUES)]
            elif op == 4:
                args.insert(r.randrange(1, len(args) + 1), "--" + r.choice(FLAGS))
            elif op == 5 and i:
                args.append(args[i])
    if r.random() < .15 and n.procs:
        n.procs.pop(r.randrange(len(n.procs)))
    files = [os.path.join(d, f) for d, ds, fs in os.walk(n.root) if "/proc" not in d[len(n.root):] and d not in (n.root, n.root + "/etc")
             for f in fs + ds]
    for f in r.sample(sorted(files), min(len(files), r.randrange(8))):
        change_file(f, r)


def change_file(f, r):
    op = r.randrange(7)
    if not os.path.lexists(f):
        return
    if op == 0:
        os.chmod(f, r.choice(MODES))
    elif op == 1:
        os.chown(f, r.choice([0, 1, 101, 4242]), r.choice([0, 1, 101, 4242]))
    elif not os.path.isfile(f) or os.path.islink(f):
        return
    elif op == 2:
        os.remove(f)
    elif op == 3:
        os.truncate(f, 0)
    elif op == 4:
        with open(f, encoding="utf-8", newline="") as g:
            t = g.read()
        for a, b in r.sample(TEXTS, 3):
            t = t.replace(a, b)
        with open(f, "w", encoding="utf-8", newline="") as g:
            g.write(t)
    elif op == 5:
        os.rename(f, f + ".real")
        os.symlink(os.path.basename(f) + ".real", f)
    else:
        os.remove(f)
        os.mkdir(f)


SCRIPT = """set -e
mount --make-rprivate /
mount -t tmpfs none $D/root
mkdir $D/root/m $D/root/u $D/root/w
cp -a $TREE/. $D/root/u/
rm -rf $D/root/u/proc
if [ -d $D/root/u/lib ]; then mkdir -p $D/root/u/usr/lib; cp -a $D/root/u/lib/. $D/root/u/usr/lib/; rm -rf $D/root/u/lib; fi
mount -t overlay overlay -o lowerdir=/,upperdir=$D/root/u,workdir=$D/root/w $D/root/m
mount -t proc proc $D/root/m/proc
mkdir -p $D/root/m$D
mount --bind $D $D/root/m$D
mount --bind /dev $D/root/m/dev
cp -r "$CFG" $D/cfg
for i in $D/bin/*.args; do chroot $D/root/m $D/sleeper ${i%.args}/* $i; done
sleep 0.05
exec chroot $D/root/m $D/kube-bench run --targets $TARGETS --benchmark $BENCHMARK --config-dir $D/cfg --json
"""


def theirs(n, program, sleeper, cfg, benchmark, targets):
    d = tempfile.mkdtemp(prefix="cis-side-")
    try:
        os.makedirs(d + "/bin")
        os.makedirs(d + "/root")
        shutil.copy(sleeper, d + "/sleeper")
        shutil.copy(program, d + "/kube-bench")
        for i, (comm, args) in enumerate(n.procs):
            os.makedirs(f"{d}/bin/{i}")
            shutil.copy(sleeper, f"{d}/bin/{i}/{comm}")
            with open(f"{d}/bin/{i}.args", "wb") as f:
                f.write(b"".join(a.encode() + b"\0" for a in args))
        r = subprocess.run(["unshare", "-mpf", "--kill-child", "sh", "-c", SCRIPT], capture_output=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
                           env={"PATH": os.environ["PATH"], "HOME": "/root", "D": d, "TREE": n.root, "CFG": cfg, "TARGETS": targets, "BENCHMARK": benchmark})
        out = r.stdout.decode()
        if "{" not in out:
            return None, r.stderr.decode()[-300:] + out[-300:]
        return {x["test_number"]: x for c in json.loads(out[out.index("{"):])["Controls"] for g in c["tests"] or [] for x in g["results"]}, ""
    finally:
        shutil.rmtree(d, ignore_errors=True)


def ours(seawall, n, cfg, benchmark, targets):
    r = subprocess.run([seawall, "bench", "--root", n.root, "--usual-paths", "--benchmark-dir", cfg, "--benchmark", benchmark, "--target", targets,
                        "-o", "kube-bench-json", "--fail-on", "never"], capture_output=True, timeout=60, check=True)
    return {x["test_number"]: x for c in json.loads(r.stdout)["Controls"] for g in c["tests"] or [] for x in g["results"]}


def kind(o, t):
    if o.get("status") == t["status"]:
        return "same"
    reason = o.get("reason", "") or ""
    if o.get("status") == "WARN" and ACCIDENTS.match(reason):
        return "nothing to look at: kube-bench's verdict is an accident"
    if "bin | " in t["audit"] and re.search(r"\$\w+bin\b", t["audit"]):
        return GIVES_UP
    return None


def case(seawall, sleeper, program, cfg, name, benchmark, r, kinds):
    root = tempfile.mkdtemp(prefix="cis-side-tree-")
    try:
        n = Real(root)
        NODES[name][0](n, NODES[name][1])
        if r:
            change(n, r)
        n.fill()
        targets = "node" if benchmark.startswith(MANAGED) else "master,node,etcd,controlplane"
        t, why = theirs(n, program, sleeper, cfg, benchmark, targets)
        if t is None:
            return why
        o = ours(seawall, n, cfg, benchmark, targets)
        bad = []
        for i, x in t.items():
            k = kind(o.get(i, {}), x)
            kinds[k] += 1
            if k is None:
                bad.append(f"{i}: {o.get(i, {}).get('status')} {o.get(i, {}).get('reason', '')[:200]}; kube-bench {x['status']} {x.get('reason', '')[:200]} "
                           f"{x.get('actual_value', '')[:300]}")
        return " | ".join(bad[:4])
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main(argv):
    seawall, sleeper = argv[1], os.path.abspath(argv[2])
    seed, count = int(argv[3]) if len(argv) > 3 else 20261127, int(argv[4]) if len(argv) > 4 else 6
    program = os.environ.get("SW_KUBE_BENCH_PROGRAM") or shutil.which("kube-bench")
    can = os.geteuid() == 0 and shutil.which("unshare") and subprocess.run(
        ["unshare", "-mpf", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs none /mnt"], capture_output=True, check=False).returncode == 0
    if not program or not can:
        return skip_all("side by side with kube-bench", "needs root, namespaces and kube-bench ($SW_KUBE_BENCH_PROGRAM)")
    jobs = [(name, NODES[name][2][-1], None) for name in sorted(NODES)] if count else []
    for k in range(count):
        r = random.Random(seed * 1000 + k)
        name = r.choice(sorted(NODES))
        jobs.append((name, r.choice(NODES[name][2]), r))
    kinds, tap = collections.Counter(), Tap()
    for i, (name, benchmark, r) in enumerate(jobs, 1):
        cfg = folder_of(benchmark)
        what = f"{name} {benchmark}" + (f", changed at random ({seed}, {i - len(NODES)})" if r else "")
        if not cfg:
            tap.skip(what, "not among the benchmarks here")
            continue
        why = case(seawall, sleeper, program, cfg, name, benchmark, r, kinds)
        tap.ok(not why, f"{what}: as kube-bench, or explained", why)
    print(f"# {sum(kinds.values())} controls: " + ", ".join(f"{c} {k}" for k, c in kinds.most_common()))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
