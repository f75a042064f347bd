#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`seawall policy` against what opa and conftest said to the same arguments in the same folder.

usage: commands.py SEAWALL FOLDER [record]

FOLDER/cases       one invocation a line: "opa eval …" or "conftest test …", and `< FILE` for standard input
FOLDER/expected    what the peer wrote: a JSON object a line, in the order of the cases
FOLDER/files       copied to an empty folder, which is the working directory

Standard output, standard error, exit code and what was written (bundles file by file) are compared byte for byte, but
for times, which are zeroed on both sides. `record` asks the peers that are installed about cases that are not in
expected yet: look before you commit. A line
"# …" is a comment; "?out opa …" compares standard output and exit code alone, "?exit opa …" the latter;
"?lines opa …" takes lines in any order, for the peer runs tests and prints maps in none.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile

NAMES = {("conftest", "test"): ["policy", "verify"]}
TIMES = [
    (re.compile(r"\(\d[\d.]*(ns|µs|ms|s|m\d*s?)\)"), "(T)"),
    (re.compile(r'"(duration|timer_[a-z_]+|total_time_ns)": \d+'), r'"\1": 0'),
    (re.compile(r"(?m)^(│ (?:timer|histogram|counter)\S+ +│ )\d+ +│$"), r"\1T │"),
    (re.compile(r'"(N|T|MemAllocs|MemBytes|timer_rego_query_eval_ns/op)": [\d.e+]+'), r'"\1": 0'),
    (re.compile(r"\t *[\d.]+(?=\t.* ns/op)"), r"\tN"),
    (re.compile(r"\t *[\d.]+ (ns/op|timer_rego_query_eval_ns/op|B/op|allocs/op)"), r"\tN \1"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"/tmp/sw-commands-\w+"), "/TMP"),
    # What is said of wrong usage: opa's whole help follows its line. The parser of options words its own errors.
    (re.compile(r"(?s)^Error: (.*?)\nUsage:\n.*"), r"error: \1\n"),
    (re.compile(r"(?s)^error: (invalid argument|unknown flag|unknown option|--\w+ must be|--\w+ needs).*"), "USAGE\n"),
    (re.compile(r"(?s)^error: (specify at least one file|specify exactly one|seawall policy \w+ needs).*"), "USAGE\n"),
]


def cases(folder):
    with open(os.path.join(folder, "cases"), encoding="utf-8") as f:
        for line in f:
            line = line.strip()
            if line and not line.startswith("#"):
                yield line


def plain(text):
    for pattern, by in TIMES:
        text = pattern.sub(by, text)
    return text


def words_of(line):
    how = "all"
    if line.startswith("?"):
        how, line = line[1:].split(" ", 1)
    words = shlex.split(line)
    stdin = None
    if len(words) > 2 and words[-2] == "<":
        stdin = words[-1]
        words = words[:-2]
    return how, words, stdin


def made(work, files):
    """What was written: path to text, of a bundle a list of its files."""
    out = {}
    for folder, _, names in os.walk(work):
        for name in names:
            path = os.path.join(folder, name)
            short = os.path.relpath(path, work)
            if os.path.exists(os.path.join(files, short)):
                continue
            if name.endswith(".tar.gz"):
                with tarfile.open(path) as tar:
                    out[short] = [[m.name, oct(m.mode), tar.extractfile(m).read().decode()] for m in tar]
            else:
                out[short] = open(path, encoding="utf-8").read()
    return out


def run(command, files, stdin):
    with tempfile.TemporaryDirectory(prefix="sw-commands-") as tmp:
        work = os.path.join(tmp, "w")
        shutil.copytree(files, work)
        env = {"PATH": "/usr/bin:/bin", "HOME": tmp, "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1"}
        env.update({k: v for k, v in os.environ.items() if k in ("ASAN_OPTIONS", "UBSAN_OPTIONS")})
        data = open(os.path.join(work, stdin), "rb").read() if stdin else b""
        p = subprocess.run(command, cwd=work, env=env, input=data, capture_output=True, timeout=60)
        result = {"out": plain(p.stdout.decode(errors="replace")), "err": plain(p.stderr.decode(errors="replace")),
                  "exit": p.returncode}
        wrote = made(work, files)
        return {**result, "made": wrote} if wrote else result


def record(folder):
    path = os.environ["PATH"] + ":" + os.path.expanduser("~/go/bin")
    with open(os.path.join(folder, "expected"), encoding="utf-8") as f:
        known = {json.loads(line)["case"]: line for line in f}
    with open(os.path.join(folder, "expected"), "w", encoding="utf-8") as f:
        for line in cases(folder):
            if line in known:
                f.write(known[line])
                continue
            _, words, stdin = words_of(line)
            peer = shutil.which(words[0], path=path)
            result = run([peer] + words[1:], os.path.join(folder, "files"), stdin)
            f.write(json.dumps({"case": line, **result}, ensure_ascii=False) + "\n")


def differs(how, want, got):
    keys = {"out": ["exit", "out"], "exit": ["exit"]}.get(how, ["exit", "out", "err", "made"])
    if how == "lines":
        want, got = ({"exit": r["exit"], **{k: sorted(r[k].replace(",\n", "\n").split("\n")) for k in ("out", "err")}}
                     for r in (want, got))
    return [k for k in keys if want.get(k) != got.get(k)]


def main():
    seawall, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    if sys.argv[3:] == ["record"]:
        record(folder)
        return 0
    expected = [json.loads(line) for line in open(os.path.join(folder, "expected"), encoding="utf-8")]
    todo = list(cases(folder))
    print(f"1..{len(todo)}")
    if [e["case"] for e in expected] != todo:
        print("Bail out! cases and expected are not of one time: record anew")
        return 1
    failed = 0
    for i, (line, want) in enumerate(zip(todo, expected), 1):
        how, words, stdin = words_of(line)
        name = NAMES.get((words[0], words[1]), ["policy", words[1]])
        got = run([seawall] + name + words[2:], os.path.join(folder, "files"), stdin)
        bad = differs(how, want, got)
        failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {i} - {line}".replace(" #", " \\#"))
        for k in bad:
            print(f"# {k}: want {want.get(k)!r}\n# {k}:  got {got.get(k)!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
