#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rpm databases: what Seawall's readers list against a reader written here, independently of them.

usage: rpmdb.py READERS_RUN given|made

given: every database under $SW_SHARED/conformance/rpmdb, one line per package.
made: databases written here: sqlite of several page sizes, ndb, and Berkeley DB hashes by db_load in both byte
orders, from packages with all that a header can say; sqlite with a log that was not yet written back, whole, cut
short and damaged, against what sqlite itself makes of copies."""
import glob
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap  # noqa: E402

T = Tap()

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


def run(tool, path, log=None):
    done = subprocess.run([tool, "-r", "rpm"] + (["-b", log] if log else []) + [path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [x.rsplit(" path=", 1)[0] for x in done.stdout.decode(errors="replace").splitlines()]


def compare(tool, path, name, blobs, each):
    got, want = run(tool, path), sorted(line(header(b)) for b in blobs)
    if each:
        have = list(got)
        for w in want:
            T.ok(w in have, "%s %s" % (name, " ".join(w.split()[1:3])), "missing: " + w)
            if w in have:
                have.remove(w)
        T.ok(not have, "%s: nothing but its %d packages" % (name, len(want)), "\n".join(have))
    else:
        extra = [x for x in got if x not in want]
        missing = [x for x in want if x not in got]
        T.ok(sorted(got) == want, "%s: %d packages" % (name, len(want)),
            "\n".join(["extra " + x for x in extra] + ["missing " + x for x in missing]))


def given(tool):
    root = os.path.join(SHARED, "conformance", "rpmdb")
    found = 0
    for pattern, read in (("Packages", blobs_bdb), ("Packages.db", blobs_ndb), ("rpmdb.sqlite", blobs_sqlite)):
        for path in sorted(glob.glob(os.path.join(root, "**", pattern), recursive=True)):
            if read is blobs_bdb and not shutil.which("db5.3_dump"):
                continue
            found += 1
            compare(tool, path, os.path.basename(os.path.dirname(path)), read(path), True)
    if not found:
        T.skip("rpmdb", "no rpm databases in $SW_SHARED")


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


def wal_states(folder, page):
    """(name, database, log) as they lie on the disk between two changes of a program that never writes back."""
    path = os.path.join(folder, "live")
    blobs = packages(120)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA page_size=%d" % page)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")

    def state(name):
        with open(path, "rb") as a, open(path + "-wal", "rb") as b:
            return name, a.read(), b.read()
    db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs[:40]])
    yield state("all in the log")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield state("an empty log")
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs[40:]])
    db.execute("DELETE FROM Packages WHERE hnum % 7 = 3")
    yield state("installed and removed in the log")
    db.execute("PRAGMA wal_checkpoint(RESTART)")
    db.execute("DELETE FROM Packages WHERE hnum % 5 = 1")
    db.execute("INSERT INTO Packages(blob) VALUES (?)", (blobs[3],))
    yield state("frames of an older log behind the last")
    db.execute("DELETE FROM Packages WHERE hnum > 60")
    db.execute("VACUUM")
    yield state("a database that shrank")
    db.execute("BEGIN")
    db.execute("PRAGMA cache_size=1")
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs])
    yield state("a change that was not ended")
    db.close()


def by_sqlite(data, log):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "x")
        for name, text in ((path, data), (path + "-wal", log)):
            with open(name, "wb") as f:
                f.write(text)
        try:
            db = sqlite3.connect(path)
            return [row[0] for row in db.execute("SELECT blob FROM Packages")]
        except sqlite3.DatabaseError:
            return None


def logs(tool):
    for page in (512, 4096, 65536):
        with tempfile.TemporaryDirectory() as d:
            for name, data, log in wal_states(d, page):
                cuts = {len(log), len(log) // 2, len(log) - 1, 32, 31, 32 + 24 + page, 32 + 3 * (24 + page)}
                forms = [("", log)] + [(", cut at %d" % c, log[:c]) for c in sorted(cuts) if 0 <= c < len(log)]
                for at in (5, 17, 26, 40, 50, len(log) // 2, len(log) - 3):
                    if 0 <= at < len(log):
                        forms.append((", byte %d changed" % at, log[:at] + bytes([log[at] ^ 0x41]) + log[at + 1:]))
                path, beside = os.path.join(d, "rpmdb.sqlite"), os.path.join(d, "rpmdb.sqlite-wal")
                for form, text in forms:
                    with open(path, "wb") as f:
                        f.write(data)
                    with open(beside, "wb") as f:
                        f.write(text)
                    got, blobs = run(tool, path, beside), by_sqlite(data, text)
                    got = [x for x in got if x.startswith("rpm ")]
                    want = sorted({line(header(b)) for b in blobs or []})
                    T.ok(sorted(got) == want, "log, pages of %d: %s%s: %d packages" % (page, name, form, len(want)),
                        "%d: %s" % (len(got), sorted(set(got) ^ set(want))[:5]))
                with open(path, "rb") as f, open(beside, "rb") as g:
                    T.ok(f.read() == data and g.read() == text, "log, pages of %d: %s: nothing was written" % (page, name))


def made(tool):
    logs(tool)
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
                        T.skip(name, "db5.3_load is not installed")
                        continue
                    write_bdb(path, blobs, page, order)
                    compare(tool, path, name, blobs, False)
                    os.unlink(path)


if __name__ == "__main__":
    {"given": given, "made": made}[sys.argv[2]](sys.argv[1])
    T.end()
