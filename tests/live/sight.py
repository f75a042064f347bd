#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
What the sensor sees of hostile and of difficult programs: what was there before it, bytes of data, every byte in
arguments, the longest paths, fork bombs, numbers used again, and times in which it could not look.
usage: sight.py SEAWALL LAB
"""
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from labs import Watch
from told import READY, Tap, message, rows

RULES = READY + r"""
- rule: old socket
  desc: x
  condition: evt.type in (dup2, dup3) and fd.num = 0 and fd.typechar = 4 and fd.sip = 127.0.0.9
  output: "%fd.name|%proc.name"
  priority: INFO
- rule: written
  desc: x
  condition: evt.type in (write) and evt.buffer contains "seawall-mark-in-data"
  output: "%evt.buffer|%fd.name"
  priority: INFO
- rule: received
  desc: x
  condition: evt.type in (recvfrom, recvmsg, read) and evt.buffer bcontains 5ea3a11f and fd.typechar = 4
  output: "%fd.name"
  priority: INFO
- rule: bytes
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args contains "seawall-bytes"
  output: "%proc.args"
  priority: INFO
- rule: long path
  desc: x
  condition: evt.type in (open, openat) and fd.name contains "seawall-long" and evt.rawres >= 0
  output: "%fd.name"
  priority: INFO
- rule: parent
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args contains "seawall-child"
  output: "%proc.name|%proc.args|%proc.pname|"
  priority: INFO
- rule: writable
  desc: x
  condition: evt.type in (execve) and evt.rawres >= 0 and proc.args contains "seawall-exe"
  output: "%proc.is_exe_writable|%proc.is_exe_upper_layer|%proc.exepath"
  priority: INFO
- rule: numbered
  desc: x
  condition: evt.type in (open, openat, creat) and evt.rawres >= 0 and fd.name contains seawall-numbered
  output: "%fd.ino|%fd.dev.major|%fd.dev.minor|%evt.is_open_create|%evt.arg.mode|"
  priority: INFO
- rule: piped
  desc: x
  condition: evt.type in (dup2, dup3) and fd.num = 177 and fd.type = pipe
  output: "%fd.ino|"
  priority: INFO
- rule: opened
  desc: x
  condition: evt.type in (open, openat) and fd.name startswith /tmp/seawall-flood
  output: x
  priority: DEBUG
"""
tap = Tap("sight")
ok = tap.ok


def before_the_sensor(server):
    """A program that has a connection when the sensor starts."""
    code = ("import socket,sys,os\ns=socket.create_connection(('127.0.0.9',%d))\nprint('up',flush=True)\nsys.stdin.readline()\n"
            "os.dup2(s.fileno(),0)\n" % server.getsockname()[1])
    p = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    return p


def data(w):
    r, x = os.pipe()
    os.write(x, b"..seawall-mark-in-data..")
    a = w.find("written", None, 3)
    ok(a and "seawall-mark-in-data" in a["output"], "the data of a write", a)
    left, right = socket.create_server(("127.0.0.1", 0)), None
    right = socket.create_connection(left.getsockname())
    peer = left.accept()[0]
    right.sendall(b"\x00\x01\x5e\xa3\xa1\x1f\xff")
    peer.recv(100)
    a = w.find("received", None, 3)
    ok(a and str(left.getsockname()[1]) in a["output"], "the data of a receive, and from whom", a)
    for s in (left, right, peer):
        s.close()


def arguments(w):
    every = bytes(i for i in range(1, 256))
    subprocess.run([b"/bin/true", b"seawall-bytes", every])
    a = w.find("bytes", None, 3)
    ok(a and "seawall-bytes" in a["output"], "arguments with every byte, in an alert that is JSON", a)
    subprocess.run(["/bin/true", "seawall-bytes2"] + ["x" * 100000] * 10)
    ok(w.p.poll() is None, "a megabyte of arguments")


def numbers(w):
    """Inode, device and mode of a file that is made, of the same opened again, of one of another file system, of a pipe."""
    want = []
    for path, flags in (("/tmp/seawall-numbered", os.O_CREAT), ("/tmp/seawall-numbered", 0), ("/dev/shm/seawall-numbered", os.O_CREAT)):
        fd = os.open(path, flags | os.O_RDWR, 0o640)
        s = os.fstat(fd)
        want.append([str(s.st_ino), str(os.major(s.st_dev)), str(os.minor(s.st_dev)), "true" if flags else "false",
                     "0640" if flags else "0"])
        os.close(fd)
    os.unlink("/tmp/seawall-numbered")
    os.unlink("/dev/shm/seawall-numbered")
    ends = os.pipe()
    os.dup2(ends[1], 177)
    w.find("piped", None, 3)
    got = rows(w.alerts(), "numbered")
    ok(got == want, "inode, device, mode, and whether a file was made", got, want)
    ok([str(os.fstat(177).st_ino)] in rows(w.alerts(), "piped"), "the inode of a pipe", rows(w.alerts(), "piped"))
    for fd in (*ends, 177):
        os.close(fd)


def long_paths(w):
    top = tempfile.mkdtemp(prefix="seawall-", dir="/tmp")
    part, here = "p" * 200, os.getcwd()
    os.chdir(top)
    for _ in range(19):
        os.mkdir(part)
        os.chdir(part)
    open("seawall-long-relative", "w").close()
    full = (top + "/" + "/".join([part] * 19)).encode()
    rest = 4095 - len(full) - 1
    path = full + b"/" + b"seawall-long".ljust(min(rest, 255), b"z")
    try:
        open(path, "w").close()
    except OSError:
        pass
    os.chdir(here)
    a = w.find("long path", None, 3)
    ok(a and len(a["output"]) > 3900, "a path of nearly 4,096 bytes, entered step by step", a and len(a["output"]))
    subprocess.run(["rm", "-rf", top])


def writable(w):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as d:
        subprocess.run(["cp", "/bin/true", d + "/t"], check=True)
        subprocess.run([d + "/t", "seawall-exe"])
        a = w.find("writable", None, 3)
        ok(a and f"true|false|{d}/t" in a["output"], "a program that may be written is told from others", a)


def child_of_shell(w, word, timeout=5):
    """The alert of `true seawall-child WORD`; the shell's own command line has these words, too."""
    end = time.time() + timeout
    while True:
        seen = [a["output"] for a in w.alerts() if a["rule"] == "parent" and f"true|seawall-child {word}|" in a["output"]]
        if seen or time.time() > end:
            return bool(seen) and "|sh|" in seen[-1], seen
        time.sleep(0.1)


def memory(w):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{w.p.pid}/status").read()).group(1)) / 1024


def fork_bomb(w, asan):
    before = memory(w)
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (4, 4))
    bomb = "import os,time\nfor i in range(9):\n  os.fork()\ntime.sleep(0.5)"
    for _ in range(3):
        subprocess.run([sys.executable, "-c", bomb], preexec_fn=limit, stderr=subprocess.DEVNULL)
        time.sleep(0.6)
    good, a = False, None
    for _ in range(20):  # what it had no time for was lost, and is told as such; then it sees again
        subprocess.run(["sh", "-c", "/bin/true seawall-child bomb; :"])
        good, a = child_of_shell(w, "bomb", 1)
        if good:
            break
    ok(good, "after three bombs of 512 processes it still knows who is whose", a)
    ok(asan or memory(w) < before + 16, "and has not grown", before, memory(w))


def same_number(w):
    """Until the kernel gives a number again that was seen as another program."""
    try:
        last = "/proc/sys/kernel/ns_last_pid"
        want = None
        for _ in range(5):
            p = subprocess.Popen(["/bin/sleep", "0.01"])
            p.wait()
            with open(last, "w") as f:
                f.write(str(p.pid - 1))
            q = subprocess.Popen(["sh", "-c", "/bin/true seawall-child again; :"])
            q.wait()
            if q.pid == p.pid:
                want = q.pid
                break
        if want is None:
            raise OSError("the kernel gave no number twice")
    except OSError as e:
        tap.skip("a number used again", e)
        return
    good, seen = child_of_shell(w, "again")
    ok(good, "a number used again is the new program", seen)


def blind(w, lab):
    w.p.send_signal(signal.SIGSTOP)
    code = ("import os\nfor i in range(60000):\n  try: os.close(os.open('/tmp/seawall-flood-%d' % (i % 10), os.O_RDONLY | os.O_CREAT))\n"
            "  except OSError: pass")
    subprocess.run([sys.executable, "-c", code])
    # Born while nobody looks, and still there afterwards.
    p = subprocess.Popen(["sh", "-c", "read x; /bin/true seawall-child after; :"], stdin=subprocess.PIPE, text=True)
    time.sleep(0.3)
    w.p.send_signal(signal.SIGCONT)
    time.sleep(3)
    p.communicate("go\n")
    good, seen = child_of_shell(w, "after")
    ok(good, "a process born in a blind time is known afterwards", seen)
    subprocess.run("rm -f /tmp/seawall-flood-*", shell=True)


def main():
    seawall, lab = sys.argv[1:3]
    if tap.impossible(seawall):
        return
    server = socket.create_server(("127.0.0.9", 0))
    threading.Thread(target=lambda: [server.accept() for _ in range(9)], daemon=True).start()
    old = before_the_sensor(server)
    rules = tempfile.NamedTemporaryFile("w", suffix=".yaml")
    rules.write(RULES)
    rules.flush()
    w = Watch(seawall, "-r", rules.name)
    asan = "asan" in os.path.realpath(seawall)
    try:
        old.communicate("go\n")
        a = w.find("old socket", None, 3)
        ok(a and f"->127.0.0.9:{server.getsockname()[1]}" in a["output"], "a connection from before the sensor", a)
        for part in (data, arguments, numbers, long_paths, writable, same_number):
            part(w)
        fork_bomb(w, asan)
        blind(w, lab)
        w.stop()
        text = w.errors()
        m = re.search(r"Blind: \d+ times, [\d.]+ s in all, (\d+) events lost", text)
        ok(m and int(m.group(1)) > 1000, "the blind time is told", text)
        ok(re.search(r"could not see: ready, ", text), "with the rules that could not see", text)
    finally:
        w.p.kill()
    tap.end()


main()
