#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Who is whose and where, when programs begin in unusual ways (threads that execute, vfork, clone3, other people's
cgroups), when threads share or do not share folders and descriptors, and what was opened when the arguments changed
while they were read.
usage: births.py SEAWALL BIRTHS
"""
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time

from labs import Watch
from told import READY, Tap, rows, until

RULES = READY + r"""
- rule: birth
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args startswith "seawall-birth "
  output: "%proc.args|%proc.name|%proc.pid|%thread.tid|%proc.pname|%proc.ppid|%container.id|%proc.exepath|"
  priority: INFO
- rule: opened
  desc: x
  condition: evt.type in (open, openat) and (fd.name startswith {dir} or fd.name startswith /tmp/seawall-own- or fd.name = {dir}/the-secret) and evt.rawres >= 0 and proc.name = live_births
  output: "%fd.name|"
  priority: INFO
- rule: dialled
  desc: x
  condition: evt.type = connect and fd.sport = {port} and evt.rawres >= 0 and proc.name = live_births
  output: "%fd.name|"
  priority: INFO
"""
tap = Tap("births")
ok = tap.ok


def born(w, word):
    """[name, pid, tid, parent's name, parent's pid, container, file] of the program of that word."""
    return until(lambda: [r[1:] for r in rows(w.alerts(), "birth") if r[0] == "seawall-birth " + word])


def begin(births, *args):
    p = subprocess.Popen([births, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    err = p.communicate(timeout=60)[1]
    return str(p.pid), p.returncode, err


def programs(w, births):
    pid, rc, err = begin(births, "thread_exec", "thread")
    r = born(w, "thread")
    ok(r and len(r) == 1 and r[0][:3] == ["true", pid, pid] and r[0][4] == str(os.getpid()),
       "a thread that executes becomes the process, whose parent stays", r, pid, rc, err)
    for way in ("vfork_exec", "clone3_exec"):
        pid, rc, err = begin(births, way, way)
        r = born(w, way)
        ok(r and len(r) == 1 and r[0][0] == "true" and r[0][3:5] == ["live_births", pid], f"{way}: the child and its parent",
           r, pid, rc, err)
    begin(births, "clone_parent", "uncle")
    r = born(w, "uncle")
    ok(r and r[0][4] == str(os.getpid()), "CLONE_PARENT: the child is its grandparent's", r, os.getpid())


def cgroup(w, births):
    name = secrets.token_hex(32)
    mounts = [x.split()[1] for x in open("/proc/mounts") if x.split()[2] == "cgroup2"]
    folder = os.path.join(mounts[0], f"docker-{name}.scope") if mounts else None
    try:
        os.mkdir(folder)
        pid, rc, err = begin(births, "into_cgroup", folder, "guest")
        if rc == 1:  # this kernel or the folder's owner refuses
            os.rmdir(folder)
            raise OSError(err)
    except (OSError, TypeError) as e:
        ok(True, f"born in a container's cgroup # skip {e}")
        return
    r = born(w, "guest")
    ok(r and r[0][5] == name[:12] and r[0][4] == pid, "born in a container's cgroup it is of the container at once", r, name[:12])
    os.rmdir(folder)


def places(w, births, folder):
    for i, way in enumerate(("shared_folder", "shared_fd", "by_fchdir")):
        name = f"file-{i}"
        open(f"{folder}/{name}", "w").close()
        _, rc, err = begin(births, way, folder, name)
        want = f"{folder}/{name}"
        ok(until(lambda: [want] in rows(w.alerts(), "opened")), f"{way}: a relative path of another thread's making", rc, err,
           rows(w.alerts(), "opened")[-3:])
    name = f"seawall-own-{secrets.token_hex(4)}"
    _, rc, err = begin(births, "own_folder", folder, name)
    seen = until(lambda: ["/tmp/" + name] in rows(w.alerts(), "opened"))
    ok(rc == 0 and os.path.exists("/tmp/" + name) and seen and [f"{folder}/{name}"] not in rows(w.alerts(), "opened"),
       "own_folder: who went away alone took nobody with him", rc, err, rows(w.alerts(), "opened")[-3:])
    os.path.exists("/tmp/" + name) and os.unlink("/tmp/" + name)


def race(births, *args):
    r = subprocess.run([births, *args], capture_output=True, text=True, timeout=100, check=False)
    return int(r.stdout or -1)


def races(w, births, folder, port):
    before = len(rows(w.alerts(), "opened"))
    begin(births, "race_open", *(f"{folder}/{x}" for x in ("harmless", "the-secret")), "4000", folder + "/yes", folder + "/no")
    time.sleep(2)
    seen = [os.path.basename(r[0]) for r in rows(w.alerts(), "opened")[before:]]
    seen = seen[seen.index("yes" if "yes" in seen else "no") - 1:]
    pairs = list(zip(seen[0::2], seen[1::2]))
    hits = [what for what, told in pairs if told == "yes"]
    ok(len(hits) > 20 and set(hits) == {"the-secret"}, "a path that changes while it is read: each opening of the secret has its name",
       len(hits), [x for x in pairs if x[1] == "yes" and x[0] != "the-secret"][:3], seen[:6])
    others = [socket.create_server(("127.0.0.1", 0)), port]

    def accept(s):
        while True:
            try:
                s.accept()[0].close()
            except OSError:
                return
    for s in others:
        s.listen(1000)
        threading.Thread(target=accept, args=(s,), daemon=True).start()
    n = race(births, "race_connect", str(others[0].getsockname()[1]), str(port.getsockname()[1]), "2000")
    until(lambda: len(rows(w.alerts(), "dialled")) >= n)
    ok(n > 20 and len(rows(w.alerts(), "dialled")) == n, "an address that changes while it is read: each connection is seen", n,
       len(rows(w.alerts(), "dialled")))


def main():
    seawall, births = sys.argv[1:3]
    if tap.impossible(seawall):
        return
    port = socket.create_server(("127.0.0.1", 0))
    folder = tempfile.mkdtemp(prefix="seawall-births-", dir="/var/tmp")
    rules = folder + "/rules.yaml"
    for name in ("harmless", "the-secret", "yes", "no"):
        open(f"{folder}/{name}", "w").close()
    with open(rules, "w") as f:
        f.write(RULES.replace("{dir}", folder).replace("{port}", str(port.getsockname()[1])))
    w = Watch(seawall, "-r", rules)
    try:
        programs(w, births)
        cgroup(w, births)
        places(w, births, folder)
        races(w, births, folder, port)
        w.stop()
        ok("Blind" not in w.errors(), "and nothing was lost on the way", w.errors()[-300:])
    finally:
        w.p.kill()
        subprocess.run(["rm", "-rf", folder], check=False)
    tap.end()


main()
