#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the real binary over tests/scenario/<area>-<name>/ and compares exactly. One TAP line each.

  cmd           shell words behind `seawall`; several lines are several runs, outputs joined
  stdin         fed to every run (optional)
  files/        copied to an empty folder, which is the working directory (optional)
  expect.txt    standard output, byte for byte; or
  expect.json   standard output as JSON: equal, but for members that only expect.json's author left out of
                objects marked {"...": true}
  stderr.txt    standard error, byte for byte (optional)
  exit          exit code, one line per run (0 when there is no such file)
  after/        files as they must be afterwards (optional)
  env           NAME=VALUE lines (optional)
  needs         programs that must be installed, in PATH or in ~/go/bin; skipped without (optional)

SW_UPDATE_SCENARIO=1 writes expect.txt, stderr.txt (where there is one) and exit anew: look before you commit.
"""
import filecmp
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60


def read(path, default=None):
    if not os.path.exists(path):
        return default
    with open(path, "rb") as f:
        return f.read()


def matches(want, got, path="$"):
    """None, or where they differ."""
    if isinstance(want, dict) and isinstance(got, dict):
        open_ended = want.get("...") is True
        for k in want:
            if k == "...":
                continue
            if k not in got:
                return f"{path}.{k} is missing"
            bad = matches(want[k], got[k], f"{path}.{k}")
            if bad:
                return bad
        extra = [k for k in got if k not in want]
        return f"{path} has {extra[0]} as well" if extra and not open_ended else None
    if isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return f"{path} has {len(got)} items, want {len(want)}"
        for i, (w, g) in enumerate(zip(want, got)):
            bad = matches(w, g, f"{path}[{i}]")
            if bad:
                return bad
        return None
    return None if want == got and type(want) is type(got) else f"{path} is {got!r}, want {want!r}"


def where(folder):
    """PATH with the folders of what the scenario needs, and what of that is missing."""
    path, missing = os.environ.get("PATH", "/usr/bin:/bin"), []
    for name in read(os.path.join(folder, "needs"), b"").decode().split():
        found = shutil.which(name, path=path + ":" + os.path.expanduser("~/go/bin"))
        if not found:
            missing.append(name)
        elif os.path.dirname(found) not in path.split(":"):
            path += ":" + os.path.dirname(found)
    return path, missing


def run_one(binary, folder, work, path):
    env = {"PATH": path, "HOME": work, "COLUMNS": "80", "TERM": "dumb", "TZ": "UTC"}
    for k in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "SW_SHARED"):
        if k in os.environ:
            env[k] = os.environ[k]
    for line in (read(os.path.join(folder, "env"), b"").decode().splitlines()):
        k, _, v = line.partition("=")
        env[k] = v
    out, err, codes = b"", b"", []
    for line in read(os.path.join(folder, "cmd")).decode().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        p = subprocess.run([binary] + shlex.split(line), cwd=work, env=env, timeout=SECONDS,
                           input=read(os.path.join(folder, "stdin"), b""), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        out, err = out + p.stdout, err + p.stderr
        codes.append(p.returncode)
    return out, err, codes


def differences(folder, out, err, codes, work):
    want = read(os.path.join(folder, "exit"), b"").decode().split()
    want = [int(c) for c in want] or [0] * len(codes)
    if want != codes:
        yield f"exit {codes}, want {want}"
    text = read(os.path.join(folder, "expect.txt"))
    if text is not None and text != out:
        yield "standard output differs:\n" + show(text, out)
    doc = read(os.path.join(folder, "expect.json"))
    if doc is not None:
        try:
            bad = matches(json.loads(doc), json.loads(out))
        except ValueError as e:
            bad = f"not JSON: {e}"
        if bad:
            yield bad
    text = read(os.path.join(folder, "stderr.txt"))
    if text is not None and text != err:
        yield "standard error differs:\n" + show(text, err)
    if b"Sanitizer" in err or b"runtime error:" in err:
        yield "sanitizer report:\n" + err.decode(errors="replace")[:3000]
    after = os.path.join(folder, "after")
    for base, _, files in os.walk(after):
        for name in files:
            a = os.path.join(base, name)
            b = os.path.join(work, os.path.relpath(a, after))
            if not os.path.exists(b) or not filecmp.cmp(a, b, shallow=False):
                yield f"{os.path.relpath(a, after)} is not as it must be afterwards"


def show(want, got):
    import difflib
    lines = difflib.unified_diff(want.decode(errors="replace").splitlines(), got.decode(errors="replace").splitlines(),
                                 "want", "got", lineterm="", n=1)
    return "\n".join(list(lines)[:40])


def update(folder, out, err, codes):
    if not os.path.exists(os.path.join(folder, "expect.json")):
        open(os.path.join(folder, "expect.txt"), "wb").write(out)
    if os.path.exists(os.path.join(folder, "stderr.txt")):
        open(os.path.join(folder, "stderr.txt"), "wb").write(err)
    if any(codes):
        open(os.path.join(folder, "exit"), "w").write("".join(f"{c}\n" for c in codes))


def main(binary, only=""):
    names = sorted(n for n in os.listdir(HERE) if os.path.exists(os.path.join(HERE, n, "cmd")) and only in n)
    print(f"1..{len(names)}")
    failed = 0
    for i, name in enumerate(names, 1):
        folder = os.path.join(HERE, name)
        path, missing = where(folder)
        if missing:
            print(f"ok {i} - {name} # skip {' and '.join(missing)} not installed", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="seawall-scenario-") as work:
            if os.path.isdir(os.path.join(folder, "files")):
                shutil.copytree(os.path.join(folder, "files"), work, dirs_exist_ok=True, symlinks=True)
            try:
                out, err, codes = run_one(os.path.abspath(binary), folder, work, path)
                if os.environ.get("SW_UPDATE_SCENARIO"):
                    update(folder, out, err, codes)
                bad = list(differences(folder, out, err, codes, work))
            except subprocess.TimeoutExpired:
                bad = [f"took longer than {SECONDS} s"]
        print(f"{'not ok' if bad else 'ok'} {i} - {name}", flush=True)
        for text in bad:
            print("\n".join("# " + line for line in text.splitlines()))
        failed += bool(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
