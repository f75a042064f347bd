#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Answers to alerts with real processes and containers: what is told in a dry run, what is done, what is left alone.
usage: answers.py SEAWALL LAB
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from labs import Lab, Watch
from told import READY, Tap, until

RULES = READY + """
- rule: secret
  desc: x
  condition: >
    evt.type in (open, openat, openat2) and fd.name = /etc/shadow and evt.rawres >= 0 and
    not (proc.name startswith python or (proc.name = cat and proc.pname startswith python))
  output: secret (%proc.cmdline)
  priority: CRITICAL
  tags: [mitre_credential_access]
"""
tap = Tap("answers")
ok = tap.ok


class Answers:
    """A watch with a plan and its log."""

    def __init__(self, seawall, dir, plan, *options):
        self.dir = tempfile.mkdtemp(dir=dir)
        self.log = os.path.join(self.dir, "log")
        open(os.path.join(self.dir, "rules.yaml"), "w").write(RULES)
        text = "folder: " + self.dir + "/kept\n" + plan
        open(os.path.join(self.dir, "plan.yaml"), "w").write(text)
        self.watch = Watch(seawall, "-r", self.dir + "/rules.yaml", "--respond", self.dir + "/plan.yaml", "--respond-log",
                           self.log, *options)

    def lines(self, wait_for=None, timeout=3.0):
        end = time.time() + timeout
        while True:
            lines = [json.loads(x) for x in open(self.log)] if os.path.exists(self.log) else []
            if wait_for is None or any(wait_for(x) for x in lines) or time.time() > end:
                return lines
            time.sleep(0.02)

    def one(self, cid, action):
        for x in self.lines(lambda x: x["container"] == cid[:12] and x["action"] == action):
            if x["container"] == cid[:12] and x["action"] == action:
                return x
        return {"done": None, "reason": "no line"}

    def stop(self):
        self.watch.stop()


def members(c):
    """The processes of a container."""
    out = subprocess.run(["runc", "ps", "-f", "json", c.id], capture_output=True, text=True)
    return json.loads(out.stdout) or [] if out.returncode == 0 and out.stdout.strip() else []


def bad_plans(seawall, dir):
    for plan, says in (("responses: [{rule: secret, do: [explode]}]", 'no action "explode"'),
                       ("responses: [{do: [kill]}]", "for which alerts"), ("responses: [{rule: secret}]", "nothing to do"),
                       ("responses: [{rule: no such, do: [kill]}]", 'no rule "no such"'), ("respones: []", "unknown key"),
                       ("responses: [{rule: secret, do: [kill], for: -1}]", "a number from 0"), ("- a", "a mapping"),
                       ("folder: x", "absolute"), ("responses: [", "plan.yaml")):
        rules, file = os.path.join(dir, "r.yaml"), os.path.join(dir, "plan.yaml")
        open(rules, "w").write(RULES)
        open(file, "w").write(plan)
        p = subprocess.run([seawall, "watch", "-r", rules, "--respond", file], capture_output=True, text=True, timeout=30)
        ok(p.returncode == 2 and says in p.stderr, "a wrong plan is refused: " + says, p.returncode, p.stderr)


def dry_run(seawall, lab):
    a = Answers(seawall, lab.dir, "responses: [{rule: secret, do: [freeze, cut, kill, stop]}]")
    c = lab.container("sleep 0.2; (sleep 30) & cat /etc/shadow; sleep 30", detach=True)
    line = a.one(c.id, "stop")
    ok(line["done"] is False and "dry run" in line["reason"], "a dry run tells what it would do", line)
    ok([x["action"] for x in a.lines() if x["container"] == c.id[:12]] == ["freeze", "cut", "kill", "stop"],
       "each action once, in order", a.lines())
    time.sleep(0.3)
    ok(len(members(c)) >= 2, "a dry run does nothing")
    c.remove()
    a.stop()


def kill_tree(seawall, lab):
    a = Answers(seawall, lab.dir, "responses: [{tag: mitre_credential_access, do: kill}]", "--enforce")
    other = lab.container("sleep 60", detach=True)
    evil = "sleep 61 & (sleep 62 & sleep 63 & wait) & sleep 0.3; while read x; do :; done </etc/shadow; sleep 64"
    c = lab.container(f"sleep 65 & sh -c '{evil}' & wait", detach=True)
    line = a.one(c.id, "kill")
    gone = until(lambda: not subprocess.run(["pgrep", "-f", "^sleep 6[1234]$"], stdout=subprocess.DEVNULL).returncode == 0)
    ok(line["done"] and line.get("processes", 0) >= 4, "the tree of a process is killed", line)
    ok(gone, "none of it is left", subprocess.getoutput("pgrep -af '^sleep 6'"))
    ok(len(members(c)) >= 2 and members(other), "the rest of the container and others live", members(c))
    c.remove()
    other.remove()
    # A process that forks as fast as it can.
    bomb = lab.container("sh -c 'read x </etc/shadow; f() { while :; do (sleep 71) & done; }; f & f & sleep 72' & sleep 73",
                         detach=True)
    a.one(bomb.id, "kill")
    ok(until(lambda: subprocess.run(["pgrep", "-f", "^sleep 7[12]$"], stdout=subprocess.DEVNULL).returncode != 0, 5),
       "a process that forks without end is killed with all it made", subprocess.getoutput("pgrep -fc '^sleep 7'"))
    bomb.remove()
    a.stop()


def freeze_and_stop(seawall, lab):
    a = Answers(seawall, lab.dir, "enforce: true\nresponses: [{rule: secret, do: [freeze]}]")
    c = lab.container("sleep 0.2; read x </etc/shadow; i=0; while :; do i=$((i+1)); echo $i >/tmp/n; sleep 0.01; done", detach=True)
    line = a.one(c.id, "freeze")
    ok(line["done"], "a container is frozen", line)
    time.sleep(0.2)
    path = c.merged + "/tmp/n"
    before = open(path).read() if os.path.exists(path) else ""
    time.sleep(0.3)
    ok(before == (open(path).read() if os.path.exists(path) else ""), "it stands still")
    a.stop()
    ok(until(lambda: os.path.exists(path) and open(path).read() != before), "it goes on when the watch ends")
    c.remove()
    a = Answers(seawall, lab.dir, "enforce: true\nresponses: [{priority: error, do: [stop]}]")
    other = lab.container("sleep 60", detach=True)
    c = lab.container("sleep 81 & sleep 0.3; cat /etc/shadow; sleep 82", detach=True)
    line = a.one(c.id, "stop")
    ok(line["done"], "a container is stopped", line)
    ok(until(lambda: not members(c)), "all its processes have ended", members(c))
    ok(members(other), "another container is untouched")
    c.remove()
    other.remove()
    a.stop()


class Network:
    """A pair of interfaces: one here, the other goes into a container."""

    def __init__(self):
        subprocess.run("ip link del swlab0 2>/dev/null; ip link add swlab0 type veth peer name swlab1 && "
                       "ip addr add 10.98.7.1/24 dev swlab0 && ip link set swlab0 up", shell=True, check=True)
        self.server = socket.create_server(("10.98.7.1", 0), backlog=512)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                c, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.echo, args=(c,), daemon=True).start()

    @staticmethod
    def echo(c):
        try:
            while c.send(c.recv(1)):
                pass
        except OSError:
            pass
        c.close()

    def run(self, lab, command):
        """A container that waits for its interface and then does something."""
        c = lab.container("until ip addr add 10.98.7.2/24 dev swlab1 2>/dev/null; do sleep 0.05; done; "
                          f"ip link set swlab1 up; sleep 0.1; {command} >/tmp/out 2>&1; echo done >/tmp/end; sleep 60", detach=True)
        pid = json.loads(subprocess.check_output(["runc", "state", c.id]))["pid"]
        subprocess.run(["ip", "link", "set", "swlab1", "netns", str(pid)], check=True)
        until(lambda: os.path.exists(c.merged + "/tmp/end"), 8)
        path = c.merged + "/tmp/out"
        return c, open(path).read() if os.path.exists(path) else ""

    def close(self):
        self.server.close()
        subprocess.run(["ip", "link", "del", "swlab0"], stderr=subprocess.DEVNULL)


def cut(seawall, lab):
    if not shutil.which("ip"):
        tap.skip("network cut", "ip is not installed")
        return
    a = Answers(seawall, lab.dir, "enforce: true\nresponses: [{rule: secret, do: [cut], for: 2}]")
    net = Network()
    try:
        c, text = net.run(lab, f"lab pulse 10.98.7.1:{net.port}")
        m = re.search(r"refused after ([\d.]+) ms", text)
        line = a.one(c.id, "cut")
        ok(line["done"], "a container is cut off", line, text)
        ok(m and float(m.group(1)) <= 50, f"within 50 ms of the event ({m.group(1) if m else '?'} ms)", text)
        probe = socket.create_connection(("10.98.7.1", net.port), 2)
        probe.send(b"x")
        ok(probe.recv(1) == b"x", "the node's own network works on")
        time.sleep(2.2)
        subprocess.run(["cat", "/etc/hostname"], stdout=subprocess.DEVNULL)
        ok(a.one(c.id, "connect")["done"], "the cut ends after its time", a.lines())
        ok(until(lambda: c.exec("lab", "dial", f"10.98.7.1:{net.port}") == 0), "and the container has its network again")
        c.remove()
        net.close()
        net = Network()
        c, text = net.run(lab, f"lab talk 10.98.7.1:{net.port}")
        ok("silent" in text and a.one(c.id, "cut")["done"], "a connection from before the cut falls silent", text)
        ok(c.exec("sh", "-c", "ip link set lo up; lab serve 127.0.0.1:99; lab dial 127.0.0.1:99") == 0,
           "its loopback works on")
        c.remove()
    finally:
        net.close()
        a.stop()


def keep_and_policy(seawall, lab):
    task = "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
    a = Answers(seawall, lab.dir, "responses: [{rule: secret, do: [capture, policy, stop]}]\nenforce: true")
    made = not os.path.exists("/run/containerd")
    ids = [("ab" * 32, "shop"), ("cd" * 32, "kube-system")]
    try:
        for cid, ns in ids:
            os.makedirs(f"{task}/{cid}", exist_ok=True)
            with open(f"{task}/{cid}/config.json", "w") as f:
                json.dump({"annotations": {"io.kubernetes.cri.container-name": "web", "io.kubernetes.cri.sandbox-name": "web-1",
                           "io.kubernetes.cri.sandbox-namespace": ns, "io.kubernetes.cri.sandbox-uid": "u-1",
                           "io.kubernetes.cri.image-name": "registry:5000/shop/web:1.2"}}, f)
        c = lab.container("echo before >/tmp/marked-before; read x </etc/shadow; echo >/tmp/marked-after; sleep 1", name=ids[0][0],
                          cgroup="/kubepods/burstable/podu-1/{id}", detach=True)
        line = a.one(c.id, "policy")
        text = open(line["file"]).read() if line["done"] else ""
        ok(line.get("pod") == "web-1" and line.get("namespace") == "shop", "the answer names the pod", line)
        ok("kind: NetworkPolicy" in text and 'namespace: "shop"' in text and "- Egress" in text, "a NetworkPolicy is written", text)
        line = a.one(c.id, "capture")
        ok(line["done"], "a capture is kept", line)
        c.remove()
        c = lab.container("sleep 0.2; read x </etc/shadow; sleep 30", name=ids[1][0], cgroup="/kubepods/podu-1/{id}", detach=True)
        answer = a.one(c.id, "stop")
        ok(answer["done"] is False and "kube-system" in answer["reason"] and members(c), "a container of the cluster is left alone", answer)
        c.remove()
        alert = a.watch.find("secret", ids[0][0][:12])["output_fields"]
        ok(alert["container.image.repository"] == "registry:5000/shop/web" and alert["container.image.tag"] == "1.2" and
           alert["k8s.pod.name"] == "web-1", "image and pod come from what containerd keeps on disk", alert)
        a.stop()
        p = subprocess.run([seawall, "watch", "--replay", line["file"], "-r", a.dir + "/rules.yaml"], capture_output=True, text=True)
        ok("secret" in p.stdout, "the capture has the event of the alert", p.stdout, p.stderr)
        marks = a.dir + "/marks.yaml"
        open(marks, "w").write("".join(f"- rule: {w}\n  desc: x\n  condition: evt.type in (open, openat) and fd.name = /tmp/marked-{w}\n"
                               "  output: x\n  priority: INFO\n" for w in ("before", "after")))
        p = subprocess.run([seawall, "watch", "--replay", line["file"], "-r", marks], capture_output=True, text=True)
        ok("before: " in p.stderr and "after: " in p.stderr, "and what was before and after it", p.stderr)
    finally:
        for cid, _ in ids:
            shutil.rmtree(f"{task}/{cid}", ignore_errors=True)
        if made:
            shutil.rmtree("/run/containerd", ignore_errors=True)


def left_alone(seawall, lab):
    a = Answers(seawall, lab.dir, "enforce: true\nlimit: {per_minute: 2}\nprotect: [mine]\n"
                "responses: [{rule: secret, do: [kill], host: true}]")
    shell = "read x </etc/shadow; exec sleep 2"
    for name in ("kubelet", "mine"):
        shutil.copy("/bin/dash", f"{lab.dir}/{name}")
        p = subprocess.Popen([f"{lab.dir}/{name}", "-c", "read x </etc/shadow; read y </dev/zero"], stdin=subprocess.DEVNULL)
        line = next((x for x in a.lines(lambda x: x.get("process") == name) if x.get("process") == name), {})
        ok(line.get("done") is False and "node" in line.get("reason", "") and p.poll() is None, f"{name} is never acted upon", line)
        p.kill()
        p.wait()
    codes = []
    for i in range(5):
        p = subprocess.Popen(["sh", "-c", "sleep 0.1; " + shell])
        p.wait()
        codes.append(p.returncode)
    ok(codes.count(-9) == 2 and codes.count(0) == 3, "no more answers than the limit of a minute", codes, a.lines())
    ok(any("limit" in x["reason"] for x in a.lines()), "what was not done for the limit is told")
    a.stop()


def main():
    seawall, program = sys.argv[1:3]
    if tap.impossible(seawall):
        return
    lab = Lab(program)
    try:
        bad_plans(seawall, lab.dir)
        for part in (dry_run, kill_tree, freeze_and_stop, cut, keep_and_policy, left_alone):
            if len(sys.argv) < 4 or part.__name__ in sys.argv[3:]:
                part(seawall, lab)
    finally:
        lab.close()
    tap.end()


main()
