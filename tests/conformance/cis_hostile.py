#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nodes that were made to harm who looks at them: every one is judged within seconds and bounded memory, ends with exit 0,
and the control that meets the trap has exactly the verdict and reason expected; all others go on.
usage: cis_hostile.py SEAWALL   prints TAP"""
import ctypes
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cis_nodes import API, Node  # noqa: E402
from cis_own import DAY, KUBELET, kubelet, text_of  # noqa: E402
from harness import Tap, skip_all  # noqa: E402

SECRET = "outside-secret"
K = "/var/lib/kubelet/config.yaml"


def fifo(path):
    def tree(n):
        kubelet(n, config="")
        os.remove(n.root + K) if path == K else None
        os.makedirs(os.path.dirname(n.root + path), exist_ok=True)
        os.mkfifo(n.root + path)
    return tree


def device(n):
    kubelet(n, config="")
    os.remove(n.root + K)
    os.mknod(n.root + K, 0o20600, os.makedev(1, 5))  # /dev/zero


def sock(n):
    kubelet(n, config="")
    os.remove(n.root + K)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(n.root + K)


def link(to):
    def tree(n):
        kubelet(n, config="")
        os.remove(n.root + K)
        os.symlink(to(n) if callable(to) else to, n.root + K)
    return tree


def sparse(path, size):
    def tree(n):
        kubelet(n, config="")
        n.write(path, "")
        os.truncate(n.root + path, size)
    return tree


def config(text):
    return lambda n: kubelet(n, config=text)


def raw(data):
    def tree(n):
        kubelet(n, config="")
        with open(n.root + K, "wb") as f:
            f.write(data)
    return tree


def linked_pods(n):
    n.proc("kubelet", ["/usr/bin/kubelet"])
    os.makedirs(n.root + "/etc/kubernetes")
    os.symlink("/" + "../" * 30 + "etc", n.root + "/etc/kubernetes/manifests")


def pods(n):
    n.proc("kubelet", ["/usr/bin/kubelet"])
    d = n.root + "/etc/kubernetes/manifests/"
    os.makedirs(d)
    for i in range(3000):
        os.mkfifo(d + f"a{i:05}.yaml")
    os.symlink("z.yaml", d + "z.yaml")
    os.makedirs(d + "dir.yaml")
    n.write("/etc/kubernetes/manifests/kube-apiserver.yaml", "spec:\n  containers:\n  - command: [kube-apiserver, --profiling=true]\n", 0o600)


def names(n):
    pods_at = "/etc/kubernetes/manifests/"
    n.write(pods_at + "a\nroot 1 kube-apiserver --x=1\n.yaml", "spec: {containers: [{command: [kube-apiserver, --profiling=true]}]}\n", 0o666)
    n.write(pods_at + "b\x1b[31m'; rm -rf ~ #.yaml", "spec: {containers: [{command: [kube-scheduler]}]}\n", 0o666)


def lines(n):
    n.proc("kubelet", ["/usr/bin/kubelet\n root 1 1 0 kube-apiserver --anonymous-auth=true", "--config=/x"])
    n.proc("sh", ["sh", "-c", "kube-apiserver --anonymous-auth=true\nkube-apiserver --profiling=true"])
    n.proc("kube-apiserver", ["kube-apiserver\t--anonymous-auth=true"])


def nuls(n):
    n.proc("kubelet", ["/usr/bin/kubelet", "", "--read-only-port=10255", "", "--anonymous-auth", "true\n--anonymous-auth=false", ""])


def long_line(n):
    n.proc("kubelet", ["/usr/bin/kubelet"] + ["--x=" + "y" * 1000] * 2000)


def many(n):
    for i in range(3000):
        at = f"{n.root}/proc/{i + 1000}"
        os.makedirs(at)
        for f, t in (("stat", f"{i + 1000} (a) ) S x"), ("cmdline", ""), ("status", "Uid:\tx\n")):
            with open(f"{at}/{f}", "w", encoding="ascii") as g:
                g.write(t)
    kubelet(n, config="")


def fifo_proc(n):
    kubelet(n, config="")
    os.makedirs(n.root + "/proc/900")
    for f in ("stat", "cmdline", "status", "comm"):
        os.mkfifo(f"{n.root}/proc/900/{f}")
    os.makedirs(n.root + "/proc/901")
    os.symlink("/etc/shadow", n.root + "/proc/901/cmdline")
    os.symlink("/proc/self", n.root + "/proc/902")


def users(n):
    kubelet(n, config="")
    n.write("/etc/passwd", "".join(f"u{i}:x:{i}:0::/:\n" for i in range(60000)))


def deep_pki(n):
    n.proc("kube-apiserver", API)
    at = n.root + "/etc/kubernetes/pki"
    os.makedirs(at)
    here = os.open(at, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def ring_pki(n):
    n.proc("kube-apiserver", API)
    os.makedirs(n.root + "/etc/kubernetes/pki/a")
    os.symlink("..", n.root + "/etc/kubernetes/pki/a/b")
    for i in range(2000):
        n.write(f"/etc/kubernetes/pki/a/{i}.crt", "-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\n")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi"))
MERGE = "a: &a {x: 1}\n" + "".join(f"m{i}: &m{i} {{<<: [{', '.join(['*m%d' % (i - 1) if i else '*a'] * 20)}], k{i}: 1}}\n" for i in range(12))
ANON = "authentication: {anonymous: {enabled: true}}\n"
R = "SW-NODE-721"
NOT = "not-evaluated"

CASES = [
    ("a FIFO for the configuration", fifo(K), {R: (NOT, "not a regular file")}),
    ("a device for it", device, {R: (NOT, "not a regular file")}),
    ("a socket for it", sock, {R: (NOT, "not a regular file")}),
    ("a link to itself", link("config.yaml"), {R: (NOT, "symbolic links")}),
    ("a link out, absolute", link(lambda n: n.top + "/outside.yaml"), {R: (NOT, "No such file")}),
    ("a link out, relative", link(lambda n: "../" * 30 + n.top.lstrip("/") + "/outside.yaml"), {R: (NOT, "No such file")}),
    ("a link into this process", link("/proc/self/environ"), {R: (NOT, "")}),
    ("a link to a folder", link("/etc"), {R: (NOT, "directory")}),
    ("a gigabyte", sparse(K, 1 << 30), {R: (NOT, "too large")}),
    ("eight exabytes", sparse(K, (1 << 43)), {R: (NOT, "too large")}),
    ("a gigabyte of users", sparse("/etc/passwd", 1 << 30), {R: ("pass", "")}),
    ("a YAML bomb", config(ANON + BOMB), {R: (NOT, "not valid YAML")}),
    ("a bomb of merge keys", config(ANON + MERGE), {R: (NOT, "not valid YAML")}),
    ("nested 100,000 times", config(ANON + "x: " + "[" * 100000 + "]" * 100000), {R: (NOT, "not valid YAML")}),
    ("nested 50,000 times by indentation", config(ANON + "".join(" " * i + "k:\n" for i in range(900))), {}),
    ("a key of a megabyte", config(ANON + "k" * 1000000 + ": 1\n"), {}),
    ("an alias to itself", config("authentication: &a {anonymous: *a}\n"), {R: (NOT, "not valid YAML")}),
    ("a tag that makes objects elsewhere", config("authentication: !!python/object/apply:os.system [id]\n"), {}),
    ("bytes that are no text", raw(b"\xff\xfe\x00\xd8authentication"), {}),
    ("a NUL in the middle", raw(KUBELET.encode() + b"readOnlyPort: 1\0\n"), {R: (NOT, "not valid YAML")}),
    ("UTF-16", raw((KUBELET + ANON).encode("utf-16")), {R: ("fail", "true")}),
    ("a BOM and CRLF", raw(b"\xef\xbb\xbf" + (KUBELET + ANON).replace("\n", "\r\n").encode()), {R: ("fail", "true")}),
    ("an empty file", raw(b""), {R: ("pass", "not set")}),
    ("a list in its place", raw(b"- a\n"), {R: (NOT, "not valid YAML")}),
    ("a text in the place of a mapping", config("authentication: x\n"), {R: ("pass", "not set")}),
    ("a mapping in the place of a text", config("authentication: {anonymous: {enabled: {a: b}}}\n"), {R: ("fail", "")}),
    ("the folder of static pods is a FIFO", fifo("/etc/kubernetes/manifests"), {R: ("pass", "")}),
    ("the folder of static pods leads out", linked_pods, {R: ("fail", "")}),
    ("3,000 FIFOs in the folder of static pods", pods, {}),
    ("names with newlines and escapes", names, {"SW-NODE-215": ("fail", "--profiling is true"), "SW-NODE-401": ("fail", "")}),
    ("command lines that look like others", lines, {R: None, "SW-NODE-201": None}),
    ("empty arguments", nuls, {R: ("fail", "true"), "SW-NODE-724": ("fail", "10255")}),
    ("a command line of two megabytes", long_line, {}),
    ("3,000 broken processes", many, {R: ("pass", "")}),
    ("FIFOs and links in /proc", fifo_proc, {R: ("pass", "")}),
    ("60,000 users", users, {R: ("pass", "")}),
    ("3,000 folders in one another", deep_pki, {}),
    ("a ring of links and 2,000 certificates that are none", ring_pki, {"SW-NODE-119": ("pass", "")}),
]


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (40, 40))


def run(seawall, root, *more):
    start = time.monotonic()
    p = subprocess.Popen([seawall, "bench", "--root", root, "-o", "json", "--fail-on", "never", "--passes", *more], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env={**os.environ, "SOURCE_DATE_EPOCH": DAY}, preexec_fn=limits)
    timer = threading.Timer(60, p.kill)
    timer.start()
    out, err = p.communicate()
    timer.cancel()
    took = time.monotonic() - start
    try:
        return p.returncode, {f["rule"]: f for f in json.loads(out)["findings"]}, err.decode(errors="replace"), took, out
    except ValueError:
        return p.returncode, {}, err.decode(errors="replace"), took, out


def one(seawall, top, name, tree, expected):
    root = tempfile.mkdtemp(prefix="cis-hostile-", dir=top)
    n = Node(root)
    n.top = top
    tree(n)
    code, got, err, took, out = run(seawall, root)
    yield code == 0 and took < 30 and len(got) > 5, f"{name}: judged, within bounds", f"exit {code}, {took:.1f} s, {len(got)} findings {err[-300:]}"
    yield SECRET.encode() not in out and b"\x1b" not in out, f"{name}: nothing from outside, no escapes", out[:300]
    for rule, want in expected.items():
        f = got.get(rule)
        have = f and (f["verdict"], text_of(f))
        yield have is None if want is None else have and have[0] == want[0] and want[1] in have[1], f"{name}: {rule}", f"got {have}, want {want}"
    subprocess.run(["rm", "-rf", root], check=False)


def vanishing(seawall, top):
    """Processes that come and go while they are read."""
    root = tempfile.mkdtemp(prefix="cis-hostile-", dir=top)
    n = Node(root)
    kubelet(n, config="")
    stop = threading.Event()

    def churn(seed):
        i = 0
        while not stop.is_set():
            at = f"{root}/proc/{seed * 1000 + i % 50}"
            i += 1
            try:
                os.makedirs(at, exist_ok=True)
                for f in ("stat", "cmdline"):
                    with open(f"{at}/{f}", "w", encoding="ascii") as g:
                        g.write("kube-apiserver\0--anonymous-auth=true\0" if f == "cmdline" else "1 (kube-apiserver) S 1")
                shutil.rmtree(at)
            except OSError:
                pass
    threads = [threading.Thread(target=churn, args=(k,)) for k in (1, 2)]
    for t in threads:
        t.start()
    codes = [run(seawall, root)[:2] for _ in range(8)]
    stop.set()
    for t in threads:
        t.join()
    yield all(c == 0 and g.get(R, {}).get("verdict") == "pass" for c, g in codes), "processes that come and go", [c for c, _ in codes]


def swapped(seawall, top):
    """A file that is a FIFO, a link out and a file in turn."""
    root = tempfile.mkdtemp(prefix="cis-hostile-", dir=top)
    n = Node(root)
    kubelet(n, config=ANON)
    stop = threading.Event()
    path = root + K

    def churn():
        while not stop.is_set():
            for make in (lambda: os.mkfifo(path + ".x"), lambda: os.symlink(top + "/outside.yaml", path + ".x"),
                         lambda: os.symlink("/" + "../" * 30 + top.lstrip("/") + "/outside.yaml", path + ".x"), lambda: shutil.copy(root + "/keep", path + ".x")):
                make()
                os.rename(path + ".x", path)
    shutil.copy(path, root + "/keep")
    t = threading.Thread(target=churn)
    t.start()
    runs = [run(seawall, root) for _ in range(8)]
    stop.set()
    t.join()
    yield all(r[0] == 0 and SECRET.encode() not in r[4] and r[1].get(R, {}).get("verdict") in ("fail", NOT) for r in runs), \
        "a file that is something else each time", [(r[0], r[1].get(R)) for r in runs]


def mounted(seawall, top):
    """Bind mounts within the tree, in a namespace of their own: a folder over a file, a device over a file, the host's /proc."""
    root = tempfile.mkdtemp(prefix="cis-hostile-", dir=top)
    n = Node(root)
    kubelet(n, config=ANON)
    n.write("/etc/cni/net.d/a", "", 0o644)
    script = f"mount --make-rprivate / && mount --bind /dev/zero {root}{K} && mount --bind /proc {root}/etc/cni/net.d && " \
             f"exec {seawall} bench --root {root} -o json --fail-on never --passes"
    r = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, timeout=60, check=False)
    if r.returncode and b"unshare" in r.stderr or b"mount" in r.stderr:
        yield True, "bind mounts # skip no mounts here", ""
        return
    got = {f["rule"]: f for f in json.loads(r.stdout)["findings"]} if r.stdout else {}
    f = got.get(R, {})
    yield f.get("verdict") == NOT and "not a regular file" in f.get("reason", ""), "a device mounted over the configuration", (f, r.stderr[-200:])
    yield r.returncode == 0 and "SW-NODE-109" in got, "the host's /proc mounted over a folder", r.returncode


def nobody(seawall, top):
    """Who may not read gets reasons, no verdicts."""
    root = tempfile.mkdtemp(prefix="cis-hostile-", dir=top)
    os.chmod(root, 0o755)
    os.chmod(top, 0o755)
    n = Node(root)
    kubelet(n, config=ANON)
    os.chmod(root + K, 0o600)

    def drop():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    shutil.copy(seawall, top + "/seawall")
    r = subprocess.run([top + "/seawall", "bench", "--root", root, "-o", "json", "--fail-on", "never", "--passes"], capture_output=True, timeout=60,
                       preexec_fn=drop, check=False)
    got = {f["rule"]: f for f in json.loads(r.stdout)["findings"]} if r.stdout else {}
    f = got.get(R, {})
    yield f.get("verdict") == NOT and "Permission denied" in f.get("reason", ""), "a file that may not be read", (r.returncode, r.stderr[-200:], f)


def main(seawall):
    if os.geteuid() != 0:
        return skip_all("hostile nodes", "the trees need root")
    ctypes.CDLL(None).umask(0o022)
    tap = Tap()
    top = tempfile.mkdtemp(prefix="cis-hostile-top-")
    try:
        with open(top + "/outside.yaml", "w", encoding="ascii") as f:
            f.write(f"{SECRET}: 1\nauthentication: {{anonymous: {{enabled: false}}}}\nreadOnlyPort: {SECRET}\n")
        parts = [one(seawall, top, *c) for c in CASES] + [f(seawall, top) for f in (vanishing, swapped, mounted, nobody)]
        for part in parts:
            for ok, name, why in part:
                tap.ok(ok, name, why)
    finally:
        subprocess.run(["rm", "-rf", top], check=False)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"# most memory: {usage // 1024} MiB")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
