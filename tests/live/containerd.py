#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
The containerd of the machine, started for this test alone, with containers that no kubelet started: `ctr run` in
several of its name spaces. What they are called, their images and labels are in alerts.
usage: containerd.py SEAWALL
"""
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

from labs import Watch
from told import READY, Tap, rows

RULES = READY + r"""
- rule: seen
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args contains seawall-mark and container.id != host
  output: "%container.id|%container.name|%container.image.repository|%container.image.tag|%container.label[com.example.team]|%k8s.pod.name|%k8s.ns.name|%container.type|%container.privileged|%container.image.digest|"
  priority: INFO
"""
IMAGE = "registry.example:5000/team/box:1.2"
CONFIG = """version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
"""
tap = Tap("containerd")
ok = tap.ok


def add(tar, name, data, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def make_image(path):
    """An OCI archive of one layer: busybox, which has to be static."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as t:
        with open(shutil.which("busybox"), "rb") as f:
            add(t, "bin/busybox", f.read(), 0o755)
        for name in ("sh", "sleep", "ls", "mkdir", "cat"):
            link = tarfile.TarInfo("bin/" + name)
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            t.addfile(link)
    blobs = {}

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    kind = "application/vnd.oci.image."
    top = blob(layer.getvalue(), kind + "layer.v1.tar")
    config = blob(json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
                              "rootfs": {"type": "layers", "diff_ids": [top["digest"]]}}).encode(), kind + "config.v1+json")
    manifest = blob(json.dumps({"schemaVersion": 2, "config": config, "layers": [top]}).encode(), kind + "manifest.v1+json")
    manifest["annotations"] = {"io.containerd.image.name": IMAGE, "org.opencontainers.image.ref.name": "1.2"}
    with tarfile.open(path, "w") as t:
        add(t, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        add(t, "index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode())
        for digest, data in blobs.items():
            add(t, "blobs/sha256/" + digest, data)
    return manifest["digest"]


class Containerd:
    """Its root, state and socket in a folder of the test, where the sensor looks with SEAWALL_HOST_ROOT."""

    def __init__(self, folder):
        self.socket = folder + "/run/containerd/containerd.sock"
        self.log = open(folder + "/log", "w+")
        config = folder + "/config.toml"
        with open(config, "w") as f:
            f.write(CONFIG)
        self.p = subprocess.Popen(["containerd", "-c", config, "--root", folder + "/var/lib/containerd", "--state",
                                   folder + "/run/containerd", "-a", self.socket], stdout=self.log, stderr=self.log)
        self.made = []

    def ctr(self, *args, check=True):
        r = subprocess.run(["ctr", "-a", self.socket, *args], capture_output=True, text=True, timeout=60, check=False)
        if check and r.returncode:
            raise RuntimeError(" ".join(args[:4]) + ": " + r.stderr[-500:] + open(self.log.name).read()[-500:])
        return r.stdout

    def wait(self):
        for _ in range(100):
            if os.path.exists(self.socket) and self.ctr("version", check=False):
                return True
            if self.p.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def start(self, ns, name, command, *options):
        self.made.append((ns, name))
        self.ctr("-n", ns, "run", "-d", *options, IMAGE, name, "sh", "-c", command)

    def close(self):
        for ns, name in self.made:
            self.ctr("-n", ns, "task", "rm", "-f", name, check=False)
            self.ctr("-n", ns, "container", "rm", name, check=False)
        self.p.send_signal(signal.SIGTERM)
        self.p.wait(30)
        self.log.close()


def judge(seen, digest, key, want):
    mine = [r for r in seen if r[0] == key]
    ok(len(mine) == 9, f"{want[0]}: every event has the container's id", mine, seen)
    full = [r for r in mine if r[1:] == want + [digest]]
    ok(full and mine.index(full[0]) + len(full) == len(mine), f"{want[0]}: and soon all that containerd knows of it",
       mine, want)


def run(seawall, folder):
    digest = make_image(folder + "/image.tar")
    c = Containerd(folder)
    rules = folder + "/rules.yaml"
    with open(rules, "w") as f:
        f.write(RULES)
    try:
        if not c.wait():
            tap.skip("all of it", f"containerd does not start: {open(c.log.name).read()[-200:]!r}")
            return
        for ns in ("default", "build", "k8s.io"):
            c.ctr("-n", ns, "image", "import", folder + "/image.tar")
        tail = secrets.token_hex(3)
        digits = secrets.token_hex(32)
        command = "for i in 1 2 3 4 5 6 7 8; do /bin/ls seawall-mark; sleep 0.3; done"
        os.environ["SEAWALL_HOST_ROOT"] = folder
        w = Watch(seawall, "-r", rules, "--no-suggested")
        c.start("default", "web-" + tail, command, "--label", "com.example.team=shop")
        c.start("build", "job." + tail, command, "--privileged")
        c.start("k8s.io", digits, command, "--label", "io.kubernetes.container.name=main", "--label",
                "io.kubernetes.pod.name=web-0", "--label", "io.kubernetes.pod.namespace=shop")
        time.sleep(4)
        seen = rows(w.stop(), "seen")
        repo = IMAGE[:-4]
        judge(seen, digest, ("web-" + tail)[:12], ["web-" + tail, repo, "1.2", "shop", "<NA>", "<NA>", "containerd", "false"])
        judge(seen, digest, ("job." + tail)[:12], ["job." + tail, repo, "1.2", "<NA>", "<NA>", "<NA>", "containerd", "true"])
        judge(seen, digest, digits[:12], ["main", repo, "1.2", "<NA>", "web-0", "shop", "containerd", "false"])
        ok(not re.search("panic|error", w.errors()), "nothing was told on the way", w.errors())
    finally:
        c.close()


def main():
    seawall = sys.argv[1]
    missing = [tool for tool in ("containerd", "ctr") if not shutil.which(tool)]
    if tap.impossible(seawall, f"{missing[0]} is not installed" if missing else None):
        return
    folder = tempfile.mkdtemp(prefix="sw-ctr-", dir="/var/tmp")
    try:
        run(seawall, folder)
        tap.end()
    finally:
        subprocess.run(["sh", "-c", f"grep -o '{folder}[^ ]*' /proc/mounts | sort -r | xargs -r -n1 umount -l"], check=False)
        shutil.rmtree(folder, ignore_errors=True)


main()
