#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Containers whose runtimes (fakes of containerd and Docker) know more than the disk: names, images, labels and pods in
alerts, in captures, and under a runtime that never answers.
usage: runtimes.py SEAWALL LAB FAKE_RUNTIME
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

from labs import Lab, Watch
from told import READY, Tap, messages

RULES = READY + r"""
- rule: seen
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args contains seawall-mark and container.id != host
  output: "%container.name|%container.image.repository|%container.image.tag|%k8s.pod.name|%k8s.ns.name|%container.label[app]|%container.label[com.example.team]|%k8s.pod.label[tier]|%container.ip|%container.type|%container.privileged|"
  priority: INFO
- rule: answered
  desc: x
  condition: evt.type = container
  output: "%evt.arg.json"
  priority: INFO
"""
WANT = {"cri": "main|registry.example:5000/team/web|1.2|web-0|shop|web|<NA>|front|10.1.2.3|containerd|true|",
        "docker": "shop-web-1|example/web|2|<NA>|<NA>|<NA>|shop|<NA>|172.17.0.9|docker|false|"}
tap = Tap("runtimes")
ok = tap.ok


def answers(alerts, cid):
    """Containers of before may still be going."""
    return sum(cid in m for m in messages(alerts, "answered"))


def run(seawall, lab, rules, folder, kind, cid):
    cgroup = {"cri": "/seawall/cri-containerd-{id}.scope", "docker": "/seawall/docker-{id}.scope"}[kind]
    capture = os.path.join(folder, kind + ".scap")
    w = Watch(seawall, "-r", rules, "--no-suggested", "--container-socket", f"{kind}:{folder}/{kind}.sock", "--record", capture)
    c = lab.container("sleep 60", detach=True, name=cid, cgroup=cgroup)
    for _ in range(12):
        c.exec("ls", "seawall-mark")
        time.sleep(0.15)
    return c, w, w.stop(), capture


def joined(seawall, lab, rules, folder):
    for kind in ("cri", "docker"):
        cid = "9" + os.urandom(31).hex() + "9"
        c, w, alerts, capture = run(seawall, lab, rules, folder, kind, cid)
        seen = messages(alerts, "seen")
        ok(WANT[kind] in seen, f"{kind}: what the runtime answers is in the alerts", seen, w.errors(), open(c.log.name).read())
        late = seen[seen.index(WANT[kind]):] if WANT[kind] in seen else []
        ok(late and set(late) == {WANT[kind]}, f"{kind}: and stays there", seen)
        ok(answers(alerts, cid) == 2, f"{kind}: it is told of as it is on disk, and once as the runtime answers", messages(alerts, "answered"))
        r = subprocess.run([seawall, "watch", "-q", "--replay", capture, "-r", rules, "--no-suggested"], capture_output=True,
                           text=True, check=False)
        ok(WANT[kind] in r.stdout, f"{kind}: the capture has it, too", r.stdout[-800:], r.stderr)
        c.remove()


def silent(seawall, lab, rules, folder):
    """A runtime that never answers holds up nothing."""
    cid = "1" + os.urandom(31).hex() + "1"
    start = time.time()
    c, w, alerts, _ = run(seawall, lab, rules, folder, "cri", cid)
    seen = messages(alerts, "seen")
    ok(len(seen) == 12 and answers(alerts, cid) == 1, "without an answer every event is judged", messages(alerts, "answered"),
       seen, w.errors())
    ok(time.time() - start < 30, "and at once", time.time() - start)
    c.remove()


def main():
    seawall, lab_program, fake = sys.argv[1:4]
    if tap.impossible(seawall):
        return
    lab = Lab(lab_program)
    folder = tempfile.mkdtemp(prefix="seawall-rt-")
    rules = os.path.join(folder, "rules.yaml")
    with open(rules, "w") as f:
        f.write(RULES)
    p = subprocess.Popen([sys.executable, fake, folder], stdin=subprocess.PIPE)
    try:
        for _ in range(200):
            if os.path.exists(os.path.join(folder, "ready")):
                break
            time.sleep(0.05)
        joined(seawall, lab, rules, folder)
        silent(seawall, lab, rules, folder)
    finally:
        p.send_signal(signal.SIGTERM)
        p.wait()
        lab.close()
        subprocess.run(["rm", "-rf", folder], check=False)
    tap.end()


main()
