#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `seawall bench` asks of the kernel, system call by system call: every file that it opens for reading is one that a
control needs, nothing is written but what was asked for, no program is started and no connection made.

usage: cis_trace.py SEAWALL TRACER CONTENT-DIR   prints TAP

A file of the node may be read when it is told: when its path stands in the benchmark's own files, in a process's arguments, or in
a file that was itself told, or that of its folder, which was then listed; or when it is one of the few that FIXED names. Files that hold
secrets are planted in every tree, and those are never read, told or not. The tracer (tracer.c) says what each descriptor is
really of, so that links, mounts and races change nothing in the answer."""
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import cis_hostile  # noqa: E402
from cis_nodes import NODES, Node, folder_of, make  # noqa: E402
from cis_own import kubelet  # noqa: E402
from harness import Tap, skip_all  # noqa: E402

# All that judging takes. Nothing here makes, changes or removes a file, starts a process or reaches another one.
CALLS = set("""read readv pread64 write openat openat2 close fstat newfstatat statx access readlink readlinkat getdents64 lseek fcntl ioctl
mmap munmap mremap mprotect madvise brk getcwd sysinfo getpid gettid getrandom getrlimit prlimit64 clock_gettime rt_sigaction
rt_sigprocmask futex rseq set_tid_address set_robust_list arch_prctl exit_group exit""".split())
SANITIZER = {"open", "sigaltstack", "personality", "sched_yield", "getuid", "geteuid", "sched_getaffinity", "uname", "stat", "readlink", "prctl", "clone3", "clone"}
# How a program starts: the linker's cache and libraries, the C library's time zone, and what a sanitizer looks at.
STARTUP = re.compile(r"/usr/share/zoneinfo/.*|/etc/ld\.so\.(cache|preload)|/(usr/)?lib(64)?/.*\.so(\.[0-9.]+)?|/usr/lib/ssl/openssl\.cnf|/proc/\d+/(maps|cmdline|task|environ)"
                     r"|/sys/devices/system/(cpu|node)/.*")
# What a node is asked whoever judges it: its processes, users and name; and what a control names in other words than a path.
FIXED = [re.compile(x) for x in (
    r"/proc|/proc/\d+/(cmdline|stat|status|comm)",
    r"/etc/(passwd|group|hostname|os-release)|/usr/lib/os-release|/proc/sys/kernel/hostname",
    r"/proc/sys/[a-z_0-9/]+",                                  # sysctl
    r"/etc/kubernetes/manifests?|/var/lib/rancher/rke2/agent/pod-manifests|/etc/kubelet\.d",     # static pods, where no kubelet tells
    r"(/etc/kubernetes/manifests?|/var/lib/rancher/rke2/agent/pod-manifests)/[^/.][^/]*",
    r"/etc/rancher/k3s/config\.yaml(\.d(/[^/]+\.yaml)?)?|/var/lib/rancher/k3s/server/db/etcd/config",
    r"/var/lib/dpkg/status",                                   # versions of packages
    r"/(etc|run|usr/lib|lib|usr/local/lib)/systemd/system(/[^/]+\.(service|d))?(/[^/]+\.conf)?",  # units and their drop-ins
)]
ENVIRON = re.compile(r"/proc/(\d+)/environ")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
O_PATH = 0o10000000
PATH = re.compile(rb"/[A-Za-z0-9_.:@+,-][A-Za-z0-9_.:@+,/-]*")
PLANTED = ("/etc/shadow", "/etc/gshadow", "/root/.ssh/id_rsa", "/root/.kube/config", "/root/.bash_history", "/root/.docker/config.json",
           "/etc/ssh/ssh_host_rsa_key", "/home/a/.aws/credentials", "/etc/kubernetes/pki/ca.key", "/etc/kubernetes/pki/sa.key",
           "/etc/kubernetes/pki/apiserver.key", "/etc/kubernetes/pki/etcd/server.key", "/var/lib/kubelet/pki/kubelet.key",
           "/var/lib/kubelet/pods/1/volumes/kubernetes.io~projected/t/token", "/var/lib/etcd/member/snap/db",
           "/var/lib/rancher/k3s/server/token", "/var/lib/rancher/k3s/server/tls/service.key", "/var/lib/rancher/rke2/server/token",
           "/run/secrets/kubernetes.io/serviceaccount/token", "/proc/1/mem", "/proc/1/maps", "/proc/1/environ", "/proc/kcore", "/proc/kmsg")


def plant(root):
    for path in PLANTED:
        at = root + path
        try:
            os.makedirs(os.path.dirname(at), exist_ok=True)
            with open(at, "x", encoding="ascii") as f:
                f.write("planted-secret\n")
        except OSError:
            pass  # the tree has something else there


class Trace:
    def __init__(self, tracer, cmd, env=None, timeout=100):
        fd, name = tempfile.mkstemp(prefix="cis-trace-")
        os.close(fd)
        options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # the leak check cannot trace what is traced
        done = subprocess.run([tracer, name, *cmd], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=timeout,
                              env={**os.environ, "ASAN_OPTIONS": options, "SOURCE_DATE_EPOCH": "1796083200", **(env or {})})
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.calls, self.reads, self.looks, self.writes, self.exec, self.connects, self.starts = set(), {}, set(), [], [], [], 0
        with open(name, encoding="ascii") as f:
            for line in f:
                self.add(line.rstrip("\n").split("\t"))
        os.unlink(name)

    def add(self, row):
        what = row[0]
        if what == "call":
            self.calls.add(row[1])
        elif what == "open":
            flags, mode = int(row[1], 8), int(row[2], 8)
            path = re.sub(rb"%([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), row[3].encode()).decode("utf-8", "surrogateescape")
            if "/proc/" in path:
                path = path.removesuffix(" (deleted)")  # of a process that ended meanwhile
            if flags & O_PATH:
                self.looks.add(path)
            elif flags & WRITES:
                self.writes.append((path, oct(flags)))
            else:
                self.reads[path] = mode
        elif what == "exec":
            self.exec.append(row[1])
        elif what == "connect":
            self.connects.append(row[1])
        else:
            self.starts += 1


def told_in(data):
    return {m.decode().rstrip(".,:") for m in PATH.findall(data)}


def told_by(folders):
    told = set()
    for folder in folders:
        for at, _, files in os.walk(folder):
            for name in files:
                with open(os.path.join(at, name), "rb") as f:
                    told |= told_in(f.read())
    return told


def arguments(root):
    """The paths on command lines, and the pids of programs that may be asked for their environment."""
    told, environ = set(), set()
    try:
        pids = [p for p in os.listdir(root + "/proc") if p.isdigit()]
    except OSError:
        pids = []
    for pid in pids:
        at = f"{root}/proc/{pid}/cmdline"
        try:
            if not stat.S_ISREG(os.lstat(at).st_mode):
                continue
            with open(at, "rb") as f:
                text = f.read(1 << 22)
        except OSError:
            continue
        told |= told_in(text)
        if re.search(rb"etcd|kube|hyperkube|k3s|rke2|containerd|dockerd|crio", text.split(b"\0")[0]):
            environ.add(pid)
    return told, environ


def normal(path):
    """A node's own links between folders that are the same on every system."""
    return re.sub(r"^/(var/)?run/", "/run/", re.sub(r"^/usr/lib/systemd", "/lib/systemd", path))


class Rule:
    """Which files of a node may be read."""

    def __init__(self, root, told):
        self.root = "" if root == "/" else root
        more, self.environ = arguments(self.root)
        self.told = {normal(os.path.normpath(p)) for p in told | more}

    def learn(self, path):
        try:
            if stat.S_ISREG(os.stat(path).st_mode):
                with open(path, "rb") as f:
                    self.told |= {normal(os.path.normpath(p)) for p in told_in(f.read(1 << 22))}
        except OSError:
            pass

    def fits(self, path, folder, listed):
        if any(x.fullmatch(path) for x in FIXED):
            return True
        m = ENVIRON.fullmatch(path)
        if m:
            return m[1] in self.environ
        path = normal(path)
        if path in self.told or folder and any(t.startswith(path + "/") for t in self.told):
            return True
        up = ups(path)
        if folder or re.search(r"\.(crt|pem)$", path) and up[0] in listed:  # a folder of certificates is walked
            return any(u in self.told for u in up)
        return up[0] in self.told and up[0] in listed

    def strangers(self, reads):
        """Files below the root that no rule explains; what is told in explained ones explains more."""
        # The root itself is where audits run: the shell lists it for words with an unquoted * or [.
        left = {p[len(self.root):]: m for p, m in reads.items() if p.startswith(self.root + "/") and p != "/"}
        listed = {normal(p) for p, m in left.items() if stat.S_ISDIR(m)}
        while True:
            fine = [p for p, m in left.items() if self.fits(p, stat.S_ISDIR(m), listed)]
            if not fine:
                return sorted(left)
            for p in fine:
                del left[p]
                self.learn(self.root + p)


def ups(path):
    out = []
    while path != "/":
        path = os.path.dirname(path)
        out.append(path)
    return out


def under(path, folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def judge(t, rule, outside=(), sanitized=False):
    """Everything about a run that is wrong."""
    wrong = []
    if t.code != 0:
        wrong.append(f"exit {t.code}: {t.err[-200:]!r}")
    calls = t.calls - CALLS - (SANITIZER if sanitized else set())
    if calls:
        wrong.append(f"system calls {sorted(calls)}")
    if t.exec or t.connects or t.starts:
        wrong.append(f"exec {t.exec}, connect {t.connects}, {t.starts} processes")
    if t.writes:
        wrong.append(f"written {t.writes}")
    odd = [p for p, m in t.reads.items() if not (stat.S_ISREG(m) or stat.S_ISDIR(m))]
    if odd:
        wrong.append(f"opened, and no files: {odd}")
    secret = [p for p in t.reads if p[len(rule.root):] in PLANTED and not ENVIRON.fullmatch(p[len(rule.root):]) and p.startswith(rule.root)]
    if secret:
        wrong.append(f"secrets read: {secret}")
    if rule.root:
        out = [p for p in t.reads if not p.startswith(rule.root + "/") and p != rule.root and not STARTUP.fullmatch(p) and
               not under(p, outside)]
        if out:
            wrong.append(f"outside of the root: {out}")
    reads = {p: m for p, m in t.reads.items() if rule.root or not (STARTUP.fullmatch(p) or under(p, outside))}
    strangers = rule.strangers(reads)
    if strangers:
        wrong.append(f"no control needs {strangers[:20]}")
    return "; ".join(wrong)


# The whole of what our own benchmark reads of a node as kubeadm makes it; two folders are there only because of what is planted.
EXACT = {"/proc", "/proc/103/environ", "/etc/group", "/etc/passwd", "/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/etc/kubernetes/pki/etcd",
         "/etc/systemd/system/kubelet.service.d", "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "/lib/systemd/system/kubelet.service",
         "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/pki", "/var/lib/rancher/k3s/server/tls"} | \
    {f"/etc/kubernetes/manifests/{c}.yaml" for c in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")} | \
    {f"/etc/kubernetes/pki/{c}.crt" for c in ("apiserver", "ca", "front-proxy-ca", "etcd/ca", "etcd/server")} | \
    {f"/proc/{pid}/{f}" for pid in (1, 100, 101, 102, 103, 104, 105) for f in ("cmdline", "stat", "status")}


class Run:
    def __init__(self, seawall, tracer, content):
        self.seawall, self.tracer, self.content = seawall, tracer, content
        self.own = told_by([content])
        with open(seawall, "rb") as f:
            self.sanitized = b"__asan_init" in f.read()

    def bench(self, *more):
        return Trace(self.tracer, [self.seawall, "bench", "--fail-on", "never", "-o", "json", *more])

    def check(self, root, told, *more, outside=()):
        rule = Rule(root, told)
        t = self.bench("--root", root, *more) if root != "/" else self.bench(*more)
        return judge(t, rule, outside, self.sanitized), t

    def nodes(self):
        """Nodes of every layout, by our own benchmark and by those in kube-bench's language."""
        for name, (_, _, benchmarks) in sorted(NODES.items()):
            root = tempfile.mkdtemp(prefix="cis-trace-")
            make(name, root)
            plant(root)
            yield not (why := self.check(root, self.own)[0]), f"{name}: our own benchmark", why
            for b in benchmarks:
                yield self.foreign(root, name, folder_of(b), b)
            shutil.rmtree(root)

    def foreign(self, root, name, folder, benchmark):
        if not folder:
            return True, f"{name}: {benchmark} # skip not among the benchmarks here", ""
        told = told_by([os.path.join(folder, benchmark)])
        with open(os.path.join(folder, "config.yaml"), "rb") as f:
            told |= told_in(f.read())
        why, _ = self.check(root, told, "--benchmark-dir", folder, "--benchmark", benchmark, outside=(os.path.abspath(folder),))
        return not why, f"{name}: {benchmark}", why

    def all_folders(self):
        """Every benchmark in $SW_KUBE_BENCH, on two nodes."""
        folder = os.environ.get("SW_KUBE_BENCH", "")
        names = sorted(d for d in os.listdir(folder) if os.path.isdir(os.path.join(folder, d))) if folder else []
        for name in ("kubeadm", "k3s"):
            root = tempfile.mkdtemp(prefix="cis-trace-")
            make(name, root)
            plant(root)
            for b in names:
                yield self.foreign(root, name, folder, b)
            shutil.rmtree(root)
        if not names:
            yield True, "all of kube-bench's benchmarks # skip $SW_KUBE_BENCH names no folder that has them", ""

    def exact(self):
        root = tempfile.mkdtemp(prefix="cis-trace-")
        make("kubeadm", root)
        plant(root)
        why, t = self.check(root, self.own)
        got = {p[len(root):] for p in t.reads if p.startswith(root + "/")}
        yield got == EXACT and not why, "a node of kubeadm: these files and no others", f"more {sorted(got - EXACT)}, less {sorted(EXACT - got)} {why}"
        for what, more, written in (("a report and a capture", ["--capture", root + ".c", "-o", "sarif=" + root + ".s"], [root + ".c", root + ".s"]),
                                    ("one control", ["--check", "SW-NODE-721"], [])):
            t = self.bench("--root", root, *more)
            rule = Rule(root, self.own)
            names = sorted(p for p, _ in t.writes)
            yield all(any(w == p or p.startswith(w + ".") for w in written) for p in names) and len(names) == len(written), \
                f"{what}: what is asked for is written", f"{t.writes}"
            t.writes, t.calls = [], t.calls - {"rename", "renameat", "renameat2", "unlink", "fsync", "fchmod", "umask"}
            why = judge(t, rule, (), self.sanitized)
            yield not why, f"{what}: nothing else", why
        t = self.bench("--root", root + ".c")
        got = {p for p in t.reads if not STARTUP.fullmatch(p)}
        yield got == {root + ".c"} and not t.exec and not t.writes, "a captured node: that file and no other", sorted(got)
        shutil.rmtree(root)
        os.unlink(root + ".c")
        os.unlink(root + ".s")

    def here(self):
        """This machine, whatever it is."""
        why, t = self.check("/", self.own)
        yield not why, "this machine: our own benchmark", why
        yield any(p == f"/proc/{os.getpid()}/cmdline" for p in t.reads), "this machine: its processes are seen", sorted(t.reads)[:9]
        folder = folder_of("cis-1.12")
        if folder:
            yield self.foreign("/", "this machine", folder, "cis-1.12")

    def hostile(self):
        top = tempfile.mkdtemp(prefix="cis-trace-top-")
        with open(top + "/outside.yaml", "w", encoding="ascii") as f:
            f.write("outside: 1\n")
        for name, tree, _ in cis_hostile.CASES:
            root = tempfile.mkdtemp(prefix="cis-trace-", dir=top)
            n = Node(root)
            n.top = top
            tree(n)
            plant(root)
            why, t = self.check(root, self.own)
            yield not why and top + "/outside.yaml" not in t.reads | dict.fromkeys(t.looks), f"hostile: {name}", why
            subprocess.run(["rm", "-rf", root], check=False)
        for case in (self.links, self.vanishing):
            root = tempfile.mkdtemp(prefix="cis-trace-", dir=top)
            yield from case(root, top)
            subprocess.run(["rm", "-rf", root], check=False)
        shutil.rmtree(top)

    def links(self, root, top):
        """Everything that a node has is a link out of it, absolute and relative."""
        make("kubeadm", root)
        for at, folders, files in os.walk(root + "/etc"):
            for f in files + [d for d in folders if d == "etcd"]:
                path = os.path.join(at, f)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
                os.symlink(("../" * 30 if len(f) % 2 else "/") + top.lstrip("/") + "/outside.yaml", path)
        plant(root)
        why, t = self.check(root, self.own)
        yield not why and not [p for p in t.reads if "outside" in p], "hostile: every file is a link out", why
        folder = folder_of("cis-1.12")
        if folder:
            yield self.foreign(root, "hostile: every file is a link out", folder, "cis-1.12")

    def vanishing(self, root, top):
        n = Node(root)
        kubelet(n, config="")
        stop = threading.Event()

        def churn():
            i = 0
            while not stop.is_set():
                at = f"{root}/proc/{1000 + i % 50}"
                i += 1
                try:
                    os.makedirs(at, exist_ok=True)
                    os.symlink(f"{top}/outside.yaml", f"{at}/stat") if i % 3 else os.mkfifo(f"{at}/stat")
                    with open(f"{at}/cmdline", "w", encoding="ascii") as f:
                        f.write("kube-apiserver\0--anonymous-auth=true\0")
                    shutil.rmtree(at)
                except OSError:
                    pass
        thread = threading.Thread(target=churn)
        thread.start()
        runs = [self.check(root, self.own)[0] for _ in range(4)]
        stop.set()
        thread.join()
        yield not any(runs), "hostile: processes that come and go, with links and FIFOs", runs

    def seen(self):
        """The trace tells what it must: a program that does all that is forbidden."""
        root = tempfile.mkdtemp(prefix="cis-trace-")
        n = Node(root)
        kubelet(n, config="")
        plant(root)
        with open(root + "/etc/odd", "w", encoding="ascii") as f:
            f.write("x\n")
        script = f"import os,socket; open('{root}/etc/shadow').read(); open('{root}/etc/odd').read(); os.open('{root}/a b', os.O_RDWR | os.O_CREAT)\n" \
                 f"os.path.exists('/x'); os.fork() or os._exit(0); os.wait()\nsocket.socket().connect_ex(('127.0.0.1', 9)); os.execv('/bin/true', ['true'])"
        t = Trace(self.tracer, [sys.executable, "-I", "-S", "-c", script])
        yield t.exec == ["/bin/true"] and t.starts == 1 and t.connects == ["02000009" + "7f000001" + "0" * 16] and (root + "/a b", "0o2000102") in t.writes, \
            "the trace tells programs, processes, connections and writing", (t.exec, t.starts, t.connects, t.writes)
        left = Rule(root, self.own).strangers(t.reads)
        yield {"/etc/shadow", "/etc/odd"} <= set(left), "and files that nothing tells", left
        yield "secrets read" in judge(t, Rule(root, self.own)), "and secrets", judge(t, Rule(root, self.own))
        shutil.rmtree(root)


def main(seawall, tracer, content):
    if os.geteuid() != 0:
        return skip_all("system calls of the bench", "the trees need root")
    if subprocess.run([tracer, "/dev/null", "/bin/true"], check=False).returncode == 125:
        return skip_all("system calls of the bench", "no process may be traced here")
    os.umask(0o022)
    tap = Tap()
    r = Run(seawall, tracer, content)
    for part in (r.seen, r.exact, r.nodes, r.here, r.hostile, r.all_folders):
        for ok, name, why in part():
            tap.ok(ok, name, why)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
