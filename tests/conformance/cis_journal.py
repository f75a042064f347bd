#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Audits that ask journalctl, over journal files made here: old and compact ones, data in the clear, LZ4, zstd and xz; files
that lie; a captured node.  Where systemd's own tools are installed, the same files are asked of journalctl, too.
usage: cis_journal.py SEAWALL        prints TAP
       cis_journal.py --seeds DIR    writes small journal files for the fuzz target"""
import json
import lzma
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

ID = "aaaaaaaabbbbbbbbccccccccdddddddd"
BIG = "time=x level=info msg=\"Running kube-apiserver --anonymous-auth=false --audit-log-path=/var/log/a " + "--x=y " * 200 + "--tail=1\""


def lz4(data):
    n = len(data)
    out = bytearray([0xF0 if n >= 15 else n << 4])
    n -= 15
    while n >= 0:
        out.append(min(n, 255))
        n -= 255
        if n < 0:
            break
    return struct.pack("<Q", len(data)) + bytes(out) + data


def lz4_matched(data):
    """One literal, then a match that overlaps itself: what runs of one byte become."""
    run = len(data) - 5 - 1  # the last five bytes are literals
    out = bytearray([0x1F, data[0]]) + b"\x01\x00"
    n = run - 4 - 15
    while n >= 255:
        out.append(255)
        n -= 255
    out.append(n)
    return struct.pack("<Q", len(data)) + bytes(out) + bytes([0x50]) + data[-5:]


def zstd(data):
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data)) + struct.pack("<I", 1 | len(data) << 3)[:3] + data


def xz(data):
    """As journald has it: without a check, with a dictionary of a mebibyte."""
    return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_NONE, None, [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}])


def xz_wants(data, dict_size):
    """The same, but a header that says a larger dictionary; its checksum is right."""
    out = bytearray(xz(data))
    bits = next(b for b in range(41) if (2 | b & 1) << (b // 2 + 11) >= dict_size)
    out[12 + 4] = bits
    size = (out[12] + 1) * 4
    struct.pack_into("<I", out, 12 + size - 4, zlib.crc32(out[12:12 + size - 4]))
    return bytes(out)


class Journal:
    def __init__(self, compact=False, pack=None):
        self.compact, self.pack = compact, pack
        self.out = bytearray(264)
        self.data, self.fields, self.entries = {}, {}, []
        self.table = self.obj(5, b"\0" * 16 * 7) + 16

    def obj(self, kind, body, flags=0):
        while len(self.out) % 8:
            self.out.append(0)
        at = len(self.out)
        self.out += struct.pack("<BB6xQ", kind, flags, 16 + len(body)) + body
        return at

    def put(self, at, fmt, *v):
        struct.pack_into("<" + fmt, self.out, at, *v)

    def field(self, name):
        if name not in self.fields:
            at = self.obj(2, struct.pack("<QQQ", 0, 0, 0) + name)
            bucket = self.table + 16 * (len(self.fields) % 7)
            old = struct.unpack_from("<Q", self.out, bucket)[0]
            self.put(at + 24, "Q", old)
            self.put(bucket, "QQ", at, at)
            self.fields[name] = at
        return self.fields[name]

    def datum(self, text):
        if text not in self.data:
            body, flags = text, 0
            if self.pack and len(text) > 100:
                body, flags = self.pack[0](text), self.pack[1]
            f = self.field(text.split(b"=")[0])
            head = struct.pack("<QQQQQQ", 0, 0, struct.unpack_from("<Q", self.out, f + 32)[0], 0, 0, 0)
            at = self.obj(1, head + (b"\0" * 8 if self.compact else b"") + body, flags)
            self.put(f + 32, "Q", at)
            self.data[text] = [at, []]
        return self.data[text]

    def add(self, time, **fields):
        items = [self.datum(k.encode() + b"=" + (v if isinstance(v, bytes) else v.encode())) for k, v in fields.items()]
        body = struct.pack("<QQQ16sQ", len(self.entries) + 1, time, time, b"b" * 16, 0)
        for at, _ in items:
            body += struct.pack("<I", at) if self.compact else struct.pack("<QQ", at, 0)
        at = self.obj(3, body)
        self.entries.append(at)
        for d in items:
            d[1].append(at)

    def array(self, v):
        return self.obj(6, struct.pack("<Q", 0) + b"".join(struct.pack("<I" if self.compact else "<Q", x) for x in v + [0, 0]))

    def bytes(self):
        for at, v in self.data.values():
            self.put(at + 40, "Q", v[0])
            if len(v) > 1:
                half = len(v) // 2 + 1  # a chain of two arrays
                first = self.array(v[1:half])
                if v[half:]:
                    self.put(first + 16, "Q", self.array(v[half:]))
                self.put(at + 48, "Q", first)
        first = self.array(self.entries)
        flags = (16 if self.compact else 0) | (self.pack[1] << (1 if self.pack[1] == 4 else 0) if self.pack else 0)
        self.out[:8] = b"LPKSHHRH"
        self.put(8, "II", 0, flags)
        self.put(88, "QQ", 264, len(self.out) - 264)
        self.put(120, "QQ", self.table, 16 * 7)
        self.put(176, "Q", first)
        return bytes(self.out)


def made(**kw):
    j = Journal(**kw)
    t = 1700000000000000
    for i, (unit, name, pid, more, message) in enumerate([
            ("k3s.service", "k3s", "500", {}, "starting"), ("ssh.service", "sshd", "9", {}, "--anonymous-auth=true"),
            ("k3s.service", "k3s", "500", {}, "time=x msg=\"Running kube-apiserver --anonymous-auth=true --profiling=true\""),
            ("init.scope", "systemd", "1", {"UNIT": "k3s.service"}, "Started k3s"),
            ("evil.service", "x", "66", {"UNIT": "k3s.service", "_UID": "1000"}, "Running kube-apiserver --anonymous-auth=false"),
            ("evil.service", "x", "66", {"OBJECT_SYSTEMD_UNIT": "k3s.service", "_UID": "1000"}, "Running kube-apiserver"),
            ("core.service", "kernel", "67", {"OBJECT_SYSTEMD_UNIT": "k3s.service", "_UID": "0"}, "of root's"),
            ("k3s.service", "k3s", "501", {}, BIG), ("k3s.service", "k3s", "501", {}, "two\nlines"), ("k3s.service", "k3s", "501", {}, "a" * 300 + "bcdef")]):
        j.add(t + i * 1000000, _HOSTNAME="n1", SYSLOG_IDENTIFIER=name, _PID=pid, _SYSTEMD_UNIT=unit, MESSAGE=message, **more)
    return j.bytes()


def tree(root, data, name="system.journal", where="/var/log/journal/" + ID):
    os.makedirs(root + where, exist_ok=True)
    os.makedirs(root + "/etc", exist_ok=True)
    with open(root + "/etc/machine-id", "w", encoding="ascii") as f:
        f.write(ID + "\n")
    with open(root + where + "/" + name, "wb") as f:
        f.write(data)


class Bench:
    def __init__(self, seawall, top):
        self.seawall, self.dir = seawall, top + "/cfg"
        os.makedirs(self.dir + "/t")

    def ask(self, root, audit, items=None, more=()):
        with open(self.dir + "/config.yaml", "w", encoding="utf-8") as f:
            f.write("---\nversion_mapping: {\"1.31\": t}\ntarget_mapping: {t: [node]}\nnode: {components: [kubelet], kubelet: {confs: [/x], bins: [kubelet]}}\n")
        check = {"id": "1.1", "text": "x", "audit": audit, "tests": {"test_items": items or [{"flag": "@@"}]}, "remediation": "r", "scored": True}
        with open(self.dir + "/t/node.yaml", "w", encoding="utf-8") as f:
            f.write("controls:\nversion: t\nid: 4\ntext: t\ntype: \"node\"\ngroups: " + json.dumps([{"id": "1", "text": "t", "checks": [check]}]) + "\n")
        r = subprocess.run([self.seawall, "bench", "--root", root, "--benchmark-dir", self.dir, "--benchmark", "t", "--target", "node",
                            "-o", "kube-bench-json", "--fail-on", "never", *more], capture_output=True, timeout=60, check=False)
        if r.returncode:
            return "exit", r.stderr.decode(), ""
        x = json.loads(r.stdout)["Controls"][0]["tests"][0]["results"][0]
        return x["status"], x.get("reason", ""), x.get("actual_value", "")


FORMS = [("old", {}), ("compact", {"compact": True}), ("LZ4", {"pack": (lz4, 2)}), ("zstd", {"pack": (zstd, 4)}),
         ("compact zstd", {"compact": True, "pack": (zstd, 4)}), ("xz", {"pack": (xz, 1)}),
         ("compact xz", {"compact": True, "pack": (lzma.compress, 1)})]
HEAD = "Nov 14 22:13:2%d n1 "
LAST = "journalctl -m -u k3s | grep 'Running kube-apiserver' | tail -n1"


def cases(seawall, top):
    b = Bench(seawall, top)
    for name, kw in FORMS:
        root = top + "/" + name.replace(" ", "-")
        tree(root, made(**kw))
        got = b.ask(root, "journalctl -u k3s")
        want = [HEAD % 0 + "k3s[500]: starting", HEAD % 2 + "k3s[500]: time=x msg=\"Running kube-apiserver --anonymous-auth=true --profiling=true\"",
                HEAD % 3 + "systemd[1]: Started k3s", HEAD % 6 + "kernel[67]: of root's", HEAD % 7 + "k3s[501]: " + BIG, HEAD % 8 + "k3s[501]: two",
                " " * 29 + " lines", HEAD % 9 + "k3s[501]: " + "a" * 300 + "bcdef"]
        lines = got[2].split("\n")
        lines = [x if not x.startswith("   ") else " " * 29 + " lines" for x in lines]
        yield f"{name}: the unit's lines, the manager's and root's of it, nobody else's", lines == want, (got[1], got[2][:1500])
        got = b.ask(root, LAST + " | grep 'anonymous-auth'", [{"flag": "--anonymous-auth", "compare": {"op": "eq", "value": "false"}}])
        yield f"{name}: the newest line decides", got[0] == "PASS", got
        got = b.ask(root, LAST + " | grep 'encryption-provider-config'", [{"flag": "--encryption-provider-config"}])
        yield f"{name}: a flag that is not in the line is a FAIL", got[0] == "FAIL", got
        got = b.ask(root, "journalctl -m -u k3s | grep 'Running kube-scheduler' | tail -n1", [{"flag": "--profiling"}])
        yield f"{name}: what never ran is not evaluated", got[0] == "WARN" and "nothing of k3s" in got[1], got
    root = top + "/matched"
    j = Journal(pack=(lz4_matched, 2))
    j.add(1, MESSAGE="M" * 0 + "x", _SYSTEMD_UNIT="a.service")
    tree(root, made())
    yield "an option that is not known is not evaluated", b.ask(root, "journalctl -u k3s --since today")[0] == "WARN", ""
    got = b.ask(root, "journalctl -u k3s -n 1 -o cat")
    yield "-n 1 -o cat", got[2] == "a" * 300 + "bcdef", got
    root = top + "/other"
    tree(root, made(), where="/var/log/journal/" + "0" * 32)
    got = b.ask(root, "journalctl -u k3s")
    yield "another machine's journal is not the node's", got[0] == "WARN" and "no journal" in got[1], got
    yield "but -m has it", "starting" in b.ask(root, "journalctl -m -u k3s")[2], ""
    root = top + "/none"
    os.makedirs(root)
    got = b.ask(root, LAST)
    yield "no journal: not evaluated", got[0] == "WARN" and "no journal" in got[1], got
    yield from longest(b, top)
    yield from hostile(b, top)
    yield from captured(b, top)
    yield from beside(b, top)


def forged():
    """Packed messages that are not what they say, and one that is as long as may be."""
    zeros = b"MESSAGE=" + b"\0" * ((1 << 20) - 8)
    for name, flag, pack, say in (
            ("xz cut off", 1, lambda d: xz(d)[:-9], "a compressed message"), ("xz cut off in its first bytes", 1, lambda d: xz(d)[:5], "a compressed message"),
            ("xz without its magic", 1, lambda d: b"x" + xz(d)[1:], "damaged"), ("xz with more behind it", 1, lambda d: xz(d) + b"more", "damaged"),
            ("xz with a wrong checksum", 1, lambda d: xz(d)[:9] + b"\0\0\0" + xz(d)[12:], "damaged"),
            ("xz with a byte turned over", 1, lambda d: lzma.compress(d)[:40] + bytes([lzma.compress(d)[40] ^ 255]) + lzma.compress(d)[41:], "damaged"),
            ("xz of 64 MiB", 1, lambda d: xz(b"\0" * (64 << 20)), "no good size"), ("xz of a byte too many", 1, lambda d: xz(zeros + b"\0"), "no good size"),
            ("xz that wants a dictionary of 1.5 GiB", 1, lambda d: xz_wants(d, 3 << 29), "no good size"), ("xz that is empty", 1, lambda d: b"", "damaged"),
            ("zstd cut off", 4, lambda d: zstd(d)[:-3], "damaged"), ("zstd without a size", 4, lambda d: b"\x28\xb5\x2f\xfd\0\0" + d, "no good size"),
            ("zstd of 2 GiB", 4, lambda d: b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", 1 << 31) + d, "no good size"),
            ("zstd that is shorter than it says", 4, lambda d: b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(d) + 9) + struct.pack("<I", 1 | len(d) << 3)[:3] + d, "damaged"),
            ("LZ4 that is shorter than it says", 2, lambda d: struct.pack("<Q", len(d) + 9) + lz4(d)[8:], "damaged"),
            ("LZ4 that is longer than it says", 2, lambda d: struct.pack("<Q", len(d) - 9) + lz4(d)[8:], "damaged"),
            ("LZ4 that looks back before its start", 2, lambda d: struct.pack("<Q", 99) + b"\x10x\xff\xff" + b"\0" * 90, "damaged"),
            ("LZ4 that is empty", 2, lambda d: b"", "no good size")):
        j = Journal(pack=(pack, flag))
        j.add(1, _SYSTEMD_UNIT="k3s.service", MESSAGE="x" * 200)
        yield name, j.bytes(), "journalctl -u k3s", say


def longest(b, top):
    """A message of a mebibyte, by each way of packing."""
    for name, flag, pack in (("xz", 1, xz), ("zstd", 4, None), ("LZ4", 2, lz4)):
        text = "y" * ((1 << 20) - (8 + 5 if flag == 1 else 8192)) + " last"  # made here, the others pack nothing
        j = Journal(pack=(pack or (lambda d: b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(d)) + b"".join(
            struct.pack("<I", (i + (1 << 17) >= len(d)) | len(d[i:i + (1 << 17)]) << 3)[:3] + d[i:i + (1 << 17)] for i in range(0, len(d), 1 << 17))), flag))
        j.add(1, _SYSTEMD_UNIT="k3s.service", MESSAGE=text)
        data = j.bytes()
        root = f"{top}/longest-{name}"
        tree(root, data)
        got = b.ask(root, "journalctl -u k3s -o cat | tail -c 7")
        yield f"{name}: a message of a mebibyte", got[2] == "y last", got


def hostile(b, top):
    good = made()
    loops = bytearray(good)
    first = struct.unpack_from("<Q", good, 176)[0]
    struct.pack_into("<Q", loops, first + 16, first)
    far = bytearray(good)
    struct.pack_into("<Q", far, 176, 1 << 62)
    table = bytearray(good)
    struct.pack_into("<Q", table, 128, 1 << 60)
    newer = bytearray(good)
    struct.pack_into("<I", newer, 12, 1 << 20)
    bomb = Journal(pack=(lambda d: struct.pack("<Q", 1 << 40) + b"\0", 2))
    bomb.add(1, _SYSTEMD_UNIT="k3s.service", MESSAGE="x" * 200)
    liar = Journal(pack=(lambda d: struct.pack("<Q", 50) + b"\xff" * 60, 2))
    liar.add(1, _SYSTEMD_UNIT="k3s.service", MESSAGE="x" * 200)
    for name, data, audit, say in (
            ("cut off in the middle", good[:len(good) // 2], "journalctl -u k3s", "beyond its end"), ("a chain that goes round", bytes(loops), "journalctl", "backwards"),
            ("an offset far away", bytes(far), "journalctl", ""), ("a table of 2^60 bytes", bytes(table), "journalctl -u k3s", "beyond its end"),
            ("a newer kind", bytes(newer), "journalctl -u k3s", "newer kind"), ("not a journal", b"hello" * 100, "journalctl -u k3s", "no journal"),
            ("empty", b"", "journalctl -u k3s", "no journal"), ("a bomb", bomb.bytes(), "journalctl -u k3s", "no good size"),
            ("a packed message that lies", liar.bytes(), "journalctl -u k3s", "damaged"), *forged()):
        root = f"{top}/h-{name.replace(' ', '-').replace('^', '')}"
        tree(root, data)
        got = b.ask(root, audit)
        yield f"hostile: {name}: not evaluated, with the file", got[0] == "WARN" and say in got[1] and "system.journal" in got[1], got
        os.rename(root + f"/var/log/journal/{ID}/system.journal", root + f"/var/log/journal/{ID}/old.journal~")
        tree(root, good)
        yield f"hostile: {name}: what systemd put aside as damaged hides nothing", "starting" in b.ask(root, "journalctl -u k3s")[2], ""
    root = top + "/h-fifo"
    tree(root, good)
    os.mkfifo(root + f"/var/log/journal/{ID}/user.journal")
    got = b.ask(root, "journalctl -u k3s")
    yield "hostile: a FIFO for a journal", got[0] == "WARN" and "not a regular file" in got[1], got
    root = top + "/h-link"
    tree(root, good)
    os.remove(root + f"/var/log/journal/{ID}/system.journal")
    os.symlink("/" + "../" * 20 + os.path.join(top, "old", f"var/log/journal/{ID}/system.journal"), root + f"/var/log/journal/{ID}/system.journal")
    got = b.ask(root, "journalctl -u k3s")
    yield "hostile: a link out of the tree", got[0] == "WARN" and "No such file" in got[1], got


def captured(b, top):
    root, file = top + "/old", top + "/node.json"
    items = [{"flag": "--anonymous-auth", "compare": {"op": "eq", "value": "false"}}]
    j = Journal()
    j.add(5, _SYSTEMD_UNIT="k3s.service", MESSAGE="Running kube-apiserver --anonymous-auth=false --etcd-token=VERYSECRET --token VERYSECRET")
    j.add(6, _SYSTEMD_UNIT="k3s.service", MESSAGE="the password is VERYSECRET")
    tree(root, j.bytes())
    live = b.ask(root, LAST, items, ["--capture", file])
    away = b.ask(file, LAST, items)
    with open(file, encoding="utf-8") as f:
        text = f.read()
    yield "a captured journal is judged alike", live[0] == away[0] == "PASS", (live, away)
    yield "it holds the lines that were asked for, without secrets", "anonymous-auth" in text and "VERYSECRET" not in text, text[-600:]
    yield "another question is not in it", "not in the captured node" in b.ask(file, "journalctl -u other | grep x")[1], ""


def beside(b, top):
    remote = "/lib/systemd/systemd-journal-remote"
    if not os.path.exists(remote) or not shutil.which("journalctl"):
        yield "as journalctl itself has it # skip systemd-journal-remote is not installed", True, ""
        return
    for compact in ("0", "1"):
        root = f"{top}/remote{compact}"
        where = f"{root}/var/log/journal/{ID}"
        tree(root, b"")
        os.remove(where + "/system.journal")
        text, t = b"", 1700000000000000
        for i in range(400):
            t += 1234567
            unit = ("k3s.service", "sshd.service", "cron.service")[i * 7 % 3]
            m = (f"line {i}", "x" * 900, "tab\there \x1b[31mred\x1b[0m", "two\nlines  ")[i % 4].encode()
            text += (f"__REALTIME_TIMESTAMP={t}\n__MONOTONIC_TIMESTAMP={i + 5}\n_BOOT_ID={'0123456789abcdef' * 2}\n_HOSTNAME=n1\n_PID={i % 9 + 2}\n"
                     f"SYSLOG_IDENTIFIER={unit[:3]}\n_SYSTEMD_UNIT={unit}\n").encode()
            text += b"MESSAGE\n" + struct.pack("<Q", len(m)) + m + b"\n\n"
        subprocess.run([remote, "-o", where + "/system.journal", "-"], input=text, env={**os.environ, "SYSTEMD_JOURNAL_COMPACT": compact},
                       capture_output=True, check=False)
        for q in ("-u k3s", "-u k3s -u sshd", "-u c*", "", "-u k3s -n 3", "-u none", "-u k3s -r"):
            theirs = subprocess.run(["journalctl", "--no-pager", "-D", root + "/var/log/journal", *q.split()], capture_output=True,
                                    env={**os.environ, "TZ": "UTC"}, check=False).stdout.decode().rstrip()
            ours = b.ask(root, "journalctl " + q)[2]
            yield f"journalctl {q} says the same, compact={compact}", ours == theirs, (ours[:300], theirs[:300])


def main(argv):
    if len(argv) > 2 and argv[1] == "--seeds":
        for name, kw in FORMS:
            with open(os.path.join(argv[2], "journal-" + name.replace(" ", "-")), "wb") as f:
                f.write(b"N" + made(**kw))
        for i, (name, pack) in enumerate((("xz", xz), ("LZ4", lz4_matched), ("zstd", zstd))):
            with open(os.path.join(argv[2], "packed-" + name), "wb") as f:
                f.write(b"Z" + bytes([i]) + pack(b"MESSAGE=" + b"Running kube-apiserver " * 9))
        return 0
    tap = Tap()
    top = tempfile.mkdtemp(prefix="cis-journal-")
    try:
        for name, ok, why in cases(argv[1], top):
            tap.ok(ok, name, why)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
