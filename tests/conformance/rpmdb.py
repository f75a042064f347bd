#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rpm databases: what Seawall's readers list against a reader written here, independently of them.

usage: rpmdb.py READERS_RUN given|made

given: every database under $SW_SHARED/conformance/rpmdb, one line per package.
made: databases written here: sqlite of several page sizes, ndb, and Berkeley DB hashes by db_load in both byte
orders, from packages with all that a header can say."""
import glob
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

count = 0


def tap(good, name, why=""):
    global count
    count += 1
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    if not good and why:
        print("\n".join("# " + line for line in str(why).splitlines()[:30]))


# ---- reading, the short way ----

def header(blob):
    entries, size = struct.unpack_from(">II", blob)
    data = blob[8 + 16 * entries:8 + 16 * entries + size]
    out = {}
    for i in range(entries):
        tag, kind, offset, n = struct.unpack_from(">IIII", blob, 8 + 16 * i)
        if kind in (6, 9):
            out[tag] = data[offset:].split(b"\0")[0].decode()
        elif kind == 4:
            out[tag] = struct.unpack_from(">%dI" % n, data, offset)
    return out


def line(h):
    epoch = h.get(1003, (0,))[0]
    prefix = "%d:" % epoch if epoch else ""
    version = prefix + h[1001] + "-" + h[1002]
    text = "rpm %s %s" % (h[1000], version)
    source = h.get(1044)
    if source and source != "(none)":
        name, v, r = source[:-len(".src.rpm")].rsplit("-", 2)
        if name != h[1000]:
            text += " source=" + name
        if prefix + v + "-" + r != version:
            text += " sourceversion=%s%s-%s" % (prefix, v, r)
    for label, tag in (("arch", 1022), ("module", 5096), ("license", 1014), ("supplier", 1011)):
        if h.get(tag):
            text += " %s=%s" % (label, h[tag])
    return text


def blobs_sqlite(path):
    with tempfile.TemporaryDirectory() as d:
        copy = shutil.copy(path, d)
        return [row[0] for row in sqlite3.connect(copy).execute("SELECT blob FROM Packages")]


def blobs_ndb(path):
    t = open(path, "rb").read()
    pages = struct.unpack_from("<I", t, 12)[0]
    out = []
    for at in range(32, pages * 4096, 16):
        _, index, block, _ = struct.unpack_from("<IIII", t, at)
        if index:
            length = struct.unpack_from("<I", t, block * 16 + 12)[0]
            out.append(t[block * 16 + 16:block * 16 + 16 + length])
    return out


def blobs_bdb(path):
    """db_dump knows the format better than we do."""
    text = subprocess.run(["db5.3_dump", path], stdout=subprocess.PIPE, check=True).stdout.decode()
    values = [bytes.fromhex(x[1:]) for x in text[text.index("HEADER=END"):].splitlines()[1:] if x[:1] == " "]
    return [v for v in values[1::2] if len(v) > 4]


def run(tool, path):
    done = subprocess.run([tool, "-r", "rpm", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [x.rsplit(" path=", 1)[0] for x in done.stdout.decode(errors="replace").splitlines()]


def compare(tool, path, name, blobs, each):
    got, want = run(tool, path), sorted(line(header(b)) for b in blobs)
    if each:
        have = list(got)
        for w in want:
            tap(w in have, "%s %s" % (name, " ".join(w.split()[1:3])), "missing: " + w)
            if w in have:
                have.remove(w)
        tap(not have, "%s: nothing but its %d packages" % (name, len(want)), "\n".join(have))
    else:
        extra = [x for x in got if x not in want]
        missing = [x for x in want if x not in got]
        tap(sorted(got) == want, "%s: %d packages" % (name, len(want)),
            "\n".join(["extra " + x for x in extra] + ["missing " + x for x in missing]))


def given(tool):
    root = os.path.join(os.environ.get("SW_SHARED", "../shared"), "conformance", "rpmdb")
    found = 0
    for pattern, read in (("Packages", blobs_bdb), ("Packages.db", blobs_ndb), ("rpmdb.sqlite", blobs_sqlite)):
        for path in sorted(glob.glob(os.path.join(root, "**", pattern), recursive=True)):
            if read is blobs_bdb and not shutil.which("db5.3_dump"):
                continue
            found += 1
            compare(tool, path, os.path.basename(os.path.dirname(path)), read(path), True)
    if not found:
        tap(True, "rpmdb # skip no rpm databases in $SW_SHARED")


# ---- writing ----

def make_header(fields, region=True):
    """fields: [(tag, type, value)]"""
    index, data = [], b""
    for tag, kind, value in fields:
        if kind == 4:
            data += b"\0" * (-len(data) % 4)
            index.append((tag, kind, len(data), len(value)))
            data += struct.pack(">%dI" % len(value), *value)
        else:
            values = value if isinstance(value, list) else [value]
            index.append((tag, kind, len(data), len(values)))
            data += b"".join(v.encode() + b"\0" for v in values)
    if region:
        index.insert(0, (63, 7, len(data), 16))
        data += struct.pack(">IIiI", 63, 7, -16 * len(index), 16)
    return struct.pack(">II", len(index), len(data)) + b"".join(struct.pack(">IIII", *e) for e in index) + data


def packages(n):
    out = []
    for i in range(n):
        files = ["f%d" % k for k in range((i * 37) % 900)]
        fields = [(1000, 6, "pkg%03d" % i), (1001, 6, "1.%d" % i), (1002, 6, "%d.el9" % (i % 7)),
                  (1014, 6, "MIT"), (1011, 6, "Vendor, Inc."), (1022, 6, "x86_64")]
        if i % 3 == 0:
            fields.append((1003, 4, [i % 4]))
        if i % 2:
            fields.append((1044, 6, "src-of-%d-1.%d-%d.el9.src.rpm" % (i // 4, i, i % 7)))
        if i % 5 == 0:
            fields.append((5096, 6, "nodejs:18:8080020230718:63b34585"))
        if files:
            fields += [(1116, 4, [0] * len(files)), (1117, 8, files), (1118, 8, ["/usr/share/pkg%03d/" % i])]
        out.append(make_header(fields, i % 4 != 1))
    out.append(make_header([(1000, 6, "gpg-pubkey"), (1001, 6, "fd431d51"), (1002, 6, "4ae0493b"),
                            (1014, 6, "pubkey")]))
    return out


def write_sqlite(path, blobs, page):
    db = sqlite3.connect(path)
    db.execute("PRAGMA page_size=%d" % page)
    for i in range(30):  # the schema itself takes several pages
        db.execute("CREATE TABLE 'Index%d' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)" % i)
    db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs + blobs[:9]])
    db.execute("DELETE FROM Packages WHERE hnum > ?", (len(blobs),))
    db.commit()
    db.close()


def write_ndb(path, blobs):
    pages = (len(blobs) * 2 + 2) * 16 // 4096 + 1
    slots, body, base = b"", b"", pages * 256
    for i, b in enumerate(blobs):
        whole = struct.pack("<IIII", 0x53626c42, i + 1, 7, len(b)) + b
        whole += b"\0" * (-len(whole) % 16) + b"\0" * 16
        slots += struct.pack("<IIII", 0x746f6c53, i + 1, base + len(body) // 16, len(whole) // 16)
        body += whole
        if i % 10 == 0:
            slots += struct.pack("<IIII", 0x746f6c53, 0, 0, 0)
    head = struct.pack("<IIIIIIII", 0x506d7052, 0, 7, pages, len(blobs) + 1, 0, 0, 0) + slots
    pad = b"".join([struct.pack("<IIII", 0x746f6c53, 0, 0, 0)] * ((pages * 4096 - len(head)) // 16))
    open(path, "wb").write(head + pad + body)


def write_bdb(path, blobs, page, order):
    pack = "<I" if order == 1234 else ">I"
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=%d" % page, "db_lorder=%d" % order, "HEADER=END"]
    for i, b in enumerate([struct.pack(pack, len(blobs))] + blobs):
        lines += [" " + struct.pack(pack, i).hex(), " " + b.hex()]
    lines.append("DATA=END")
    subprocess.run(["db5.3_load", path], input="\n".join(lines).encode() + b"\n", check=True)


def made(tool):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "db")
        for n in (1, 60, 700):
            blobs = packages(n)
            for page in (512, 1024, 4096, 65536):
                if os.path.exists(path):
                    os.unlink(path)
                write_sqlite(path, blobs, page)
                compare(tool, path, "sqlite, pages of %d" % page, blobs, False)
            os.unlink(path)
            write_ndb(path, blobs)
            compare(tool, path, "ndb", blobs, False)
            os.unlink(path)
            for page in (512, 4096, 65536):
                for order in (1234, 4321):
                    name = "bdb, pages of %d, byte order %d" % (page, order)
                    if not shutil.which("db5.3_load"):
                        tap(True, name + " # skip db5.3_load is not installed")
                        continue
                    write_bdb(path, blobs, page, order)
                    compare(tool, path, name, blobs, False)
                    os.unlink(path)


{"given": given, "made": made}[sys.argv[2]](sys.argv[1])
print("1..%d" % count)
