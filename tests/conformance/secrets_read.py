#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `seawall scan secrets` reads, and the exact places where it finds: archives in archives, hostile ones, letters of two
bytes, base64, long lines, files that are none; and that no output has a secret. Prints TAP."""
import base64
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

# Of two parts each, so that this file holds no secret.
TOKEN = "ghp_" + "aB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQM"
OTHER = "glpat-" + "x7Rk2Lq9Tz4Vb8Nc3Wd6"
LINE = f"token: {TOKEN}\n".encode()
PAT = "github-pat"
NO = "unreadable"
K8S = "kubernetes-secret-manifest"


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in files:
            z.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def tarred(*files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in files:
            i = tarfile.TarInfo(name)
            i.size = len(data)
            t.addfile(i, io.BytesIO(data))
    return out.getvalue()


def zst(data):
    return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def secret(*values):
    return ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData: {}\ndata:\n"
            + "".join(f"  k{i}: {v}\n" for i, v in enumerate(values))).encode()


def deep(n):
    data = LINE
    for i in range(n):
        data = zipped((f"{n - i}.zip" if i else "a.txt", data))
    return data


def hostile():
    """An archive whose findings are more than a cage may tell: 1,000 of names of 4,000 letters, in 20 files."""
    text = (f"{TOKEN}\n" * 1000).encode()
    return zipped(*((f"{i:02}" + "n" * 4000, text) for i in range(20)))


# Name: (bytes, what is found in it: rule, path behind the name, line, column).
FILES = {
    "plain.txt": (b"a\n" + LINE, [(PAT, "", 2, 8)]),
    "crlf.txt": (b"a\r\nb\r\n" + LINE[:-1] + b"\r\n", [(PAT, "", 3, 8)]),
    "cr.txt": (b"a\rb\r" + LINE, [(PAT, "", 1, 12)]),
    "bom.txt": (b"\xef\xbb\xbf" + LINE, [(PAT, "", 1, 9)]),
    "letters.txt": ("\u00e4\u20ac\U0001f511 ".encode() + LINE, [(PAT, "", 1, 12)]),
    "broken.txt": (b"\xff\xc3 " + LINE, [(PAT, "", 1, 11)]),
    "last.txt": (LINE[:-1], [(PAT, "", 1, 8)]),
    "nul.bin": (b"\0\1\2" * 20 + LINE, [(PAT, "", 1, 68)]),
    "nul-late.txt": (b"a" * 2000 + b"\n" + b"\0" + LINE, [(PAT, "", 2, 9)]),
    "empty": (b"", []),
    "long.txt": (b"x " * (5 << 20) + LINE, [(PAT, "", 1, 65537)]),
    "two.txt": (f"{TOKEN} {OTHER}\n".encode(), [(PAT, "", 1, 1), ("gitlab-token", "", 1, 42)]),
    # Letters of two bytes.
    "le.txt": ("\ufeff\u00e4\n".encode("utf-16-le") + LINE.decode().encode("utf-16-le"), [(PAT, "", 2, 8)]),
    "be.txt": ("\ufeff\u00e4\n".encode("utf-16-be") + LINE.decode().encode("utf-16-be"), [(PAT, "", 2, 8)]),
    "le-bare.txt": (("a\n" + LINE.decode()).encode("utf-16-le"), [(PAT, "", 2, 8)]),
    "be-bare.txt": (("a\n" + LINE.decode()).encode("utf-16-be"), [(PAT, "", 2, 8)]),
    "pair.txt": ("\ufeff\U0001f511 ".encode("utf-16-le") + LINE.decode().encode("utf-16-le"), [(PAT, "", 1, 10)]),
    "odd.txt": ("\ufeff".encode("utf-16-le") + LINE.decode().encode("utf-16-le") + b"x", [(PAT, "", 1, 8)]),
    # In base64.
    "secret.yaml": (secret(b64(LINE)), [(PAT, "", 7, 7), (K8S, "", 7, 7)]),
    "secret-2.yaml": (secret(b64("nothing in it at all"), b64(LINE)), [(PAT, "", 8, 7), (K8S, "", 7, 7)]),
    "twice.yaml": (secret(b64(b64(LINE))), [(PAT, "", 7, 7), (K8S, "", 7, 7)]),
    "docker.json": (('{"auths": {"r.example": {"auth": "' + b64("me:Zk4!pQ92xw7") + '"}}}\n').encode(), [("docker-auth", "", 1, 35)]),
    # Archives.
    "a.zip": (zipped(("d/a.txt", LINE), ("b.txt", b"x\n")), [(PAT, "!/d/a.txt", 1, 8)]),
    "stored.zip": (zipped(("a.txt", LINE), method=zipfile.ZIP_STORED), [(PAT, "!/a.txt", 1, 8)]),
    "a.tar": (tarred(("d/a.txt", LINE)), [(PAT, "!/d/a.txt", 1, 8)]),
    "a.tar.gz": (gzip.compress(tarred(("a.txt", LINE))), [(PAT, "!/a.txt", 1, 8)]),
    "a.tar.zst": (zst(tarred(("a.txt", LINE))), [(PAT, "!/a.txt", 1, 8)]),
    "a.gz": (gzip.compress(b"a\n" + LINE), [(PAT, "", 2, 8)]),
    "named-wrong.txt": (zipped(("a.txt", LINE)), [(PAT, "!/a.txt", 1, 8)]),
    "nested.zip": (zipped(("in.tar", tarred(("x.zip", zipped(("a.txt", LINE)))))), [(PAT, "!/in.tar!/x.zip!/a.txt", 1, 8)]),
    "in-letters.zip": (zipped(("a.txt", ("\ufeff" + LINE.decode()).encode("utf-16-le"))), [(PAT, "!/a.txt", 1, 8)]),
    "deep.zip": (deep(7), [(NO, "!/1.zip!/2.zip!/3.zip!/4.zip!/5.zip", 0, 0)]),
    "escape.tar": (tarred(("../up.txt", LINE), ("ok.txt", LINE)), [(PAT, "!/ok.txt", 1, 8), (NO, "", 0, 0)]),
    "escape.zip": (zipped(("../../up.txt", LINE), ("/abs.txt", LINE), ("ok.txt", LINE)),
                   [(PAT, "!/abs.txt", 1, 8), (PAT, "!/ok.txt", 1, 8), (NO, "", 0, 0)]),
    "cut.zip": (zipped(("a.txt", LINE))[:-30], [(NO, "", 0, 0)]),
    "cut.gz": (gzip.compress(LINE * 1000)[:-20], None),
    # Begin like archives and are none: searched as they stand; damage is told.
    "method.gz": (b"\x1f\x8b\x07\n" + LINE, [(PAT, "", 2, 8)]),
    "flags.gz": (b"\x1f\x8b\x08\xff\n" + LINE, [(PAT, "", 2, 8), (NO, "", 0, 0)]),
    "skipped.bin": (b"P*M\x18\x04\0\0\0abc\n" + LINE, [(PAT, "", 2, 8)]),
    "only-skipped.bin": (b"P*M\x18" + len(LINE + b"\n").to_bytes(4, "little") + b"\n" + LINE, [(PAT, "", 2, 8)]),
    "bomb.gz": (gzip.compress(b"\0" * (65 << 20)), [(NO, "", 0, 0)]),
    "big-entry.zip": (zipped(("z", b"\0" * (65 << 20)), ("a.txt", LINE)), [(NO, "!/z", 0, 0), (PAT, "!/a.txt", 1, 8)]),
    "1-before.zip": (zipped(("a.txt", LINE)), [(PAT, "!/a.txt", 1, 8)]),
    "2-hostile.zip": (hostile(), None),
    "3-behind.zip": (zipped(("a.txt", LINE)), [(PAT, "!/a.txt", 1, 8)]),
}
FORMATS = ("controls", "csv", "github", "html", "json", "junit", "markdown", "openreports", "policyreport", "sarif", "table")


def scan(seawall, path, form="json", extra=(), **more):
    return subprocess.run([seawall, "scan", "secrets", path, "-o", form, "--fail-on", "never", "--no-waivers", *extra],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300, **more)


def findings(done, root):
    """File: set of (rule, path in it, line, column)."""
    out = {}
    for f in json.loads(done.stdout)["findings"]:
        e = f["evidence"][0]
        name, mark, inner = os.path.relpath(e["file"], root).partition("!/")
        out.setdefault(name, []).append((f["rule"].split("/")[1], mark + inner, e.get("line", 0), e.get("col", e.get("column", 0))))
    return {k: sorted(v) for k, v in out.items()}


def places(tap, seawall, root):
    for name, (data, _) in FILES.items():
        with open(os.path.join(root, name), "wb") as f:
            f.write(data)
    os.mkfifo(os.path.join(root, "fifo"))
    os.symlink("/nowhere", os.path.join(root, "dangling"))
    done = scan(seawall, root)
    tap.ok(done.returncode == 0, "ends by itself", done.stderr[-300:])
    found = findings(done, root)
    for name, (_, want) in FILES.items():
        if want is not None:
            tap.ok(found.get(name, []) == sorted(want), f"exactly in {name}", f"{found.get(name)} for {want}"[:400])
    told = found.get("2-hostile.zip", [])
    tap.ok((NO, "", 0, 0) in told, "an archive that its cage is stopped at is left out, and told", str(told[:2]))
    tap.ok(any(x[0] == NO for x in found.get("cut.gz", [])), "what was cut off is told", str(found.get("cut.gz")))
    tap.ok("fifo" not in found and found.pop("dangling", []) == [(NO, "", 0, 0)], "a pipe and a link to nowhere hold nobody up")
    tap.ok(set(found) <= set(FILES), "nothing else", str(set(found) - set(FILES)))


def outputs(tap, seawall, root):
    shown = os.path.join(root, "shown")
    os.mkdir(shown)
    for name in ("plain.txt", "two.txt", "le.txt", "twice.yaml", "docker.json", "a.tar.gz", "nested.zip"):
        shutil.copy(os.path.join(root, name), shown)
    never = [TOKEN[4:12], OTHER[6:14], b64(LINE)[:16], b64(b64(LINE))[:16], "Zk4!pQ92", b64("me:Zk4!pQ92xw7")[:12]]
    for form in FORMATS:
        done = scan(seawall, shown, form, ("-v",))
        out = done.stdout + done.stderr
        bad = [s for s in never if s.encode() in out]
        tap.ok(done.returncode == 0 and len(done.stdout) > 0 and not bad, f"no secret in {form} or the log", str(bad))
    html = os.path.join(root, "r.html")
    scan(seawall, shown, f"html={html}")
    with open(html, "rb") as f:
        text = f.read()
    tap.ok(not any(s.encode() in text for s in never), "nor in a file of a report")


def moving(tap, seawall, root):
    """Files that grow, shrink and go while they are read: it ends, and finds what stays."""
    folder = os.path.join(root, "moving")
    os.mkdir(folder)
    with open(os.path.join(folder, "stays.txt"), "wb") as f:
        f.write(LINE)
    script = ("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); echo grow >> grow.txt; : > shrink.txt; "
              "head -c 100000 /dev/zero >> shrink.txt; echo x > gone.$((i % 7)); rm -f gone.$(((i + 3) % 7)); done")
    mover = subprocess.Popen(["sh", "-c", script], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        for _ in range(5):
            done = scan(seawall, folder)
            found = findings(done, folder)
            tap.ok(done.returncode == 0 and found.get("stays.txt") == [(PAT, "", 1, 8)], "beside files that change", str(found)[:300])
    finally:
        mover.kill()
        mover.wait()


def main(seawall):
    root = tempfile.mkdtemp(prefix="secrets-read-")
    tap = Tap()
    try:
        files = os.path.join(root, "files")
        os.mkdir(files)
        places(tap, seawall, files)
        outputs(tap, seawall, files)
        moving(tap, seawall, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
