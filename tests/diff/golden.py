#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that once differed from OPA 1.22.2, with what OPA says: tests/golden/programs.jsonl.

usage: golden.py RUNNER FILE           run and compare, one TAP line a case
       golden.py RUNNER FILE --add     read cases (JSON lines) from standard input, run $ORACLE on them, append

A line is {"note", "case", "want"}; case and want are in the form of rego_run. ORACLE is a program that speaks as
rego_run does and has OPA inside.
"""
import json
import os
import subprocess
import sys


def run(program, cases):
    text = "".join(json.dumps(c) + "\n" for c in cases)
    r = subprocess.run([program], input=text, capture_output=True, text=True)
    return [json.loads(x) for x in r.stdout.split("\n") if x]


def main():
    runner, path = sys.argv[1:3]
    if sys.argv[3:] == ["--add"]:
        new = [json.loads(x) for x in sys.stdin if x.strip()]
        want = run(os.environ["ORACLE"], [n["case"] for n in new])
        with open(path, "a") as f:
            for n, w in zip(new, want):
                f.write(json.dumps({"note": n["note"], "case": n["case"], "want": w}, ensure_ascii=False) + "\n")
        return 0
    with open(path) as f:
        lines = [json.loads(x) for x in f]
    got = run(runner, [x["case"] for x in lines])
    got += [None] * (len(lines) - len(got))
    print("1..%d" % len(lines))
    bad = 0
    for i, (line, g) in enumerate(zip(lines, got)):
        ok = g == line["want"]
        bad += not ok
        print("%sok %d - %s" % ("" if ok else "not ", i + 1, line["note"]))
        if not ok:
            print("# want %s\n# got  %s" % (json.dumps(line["want"])[:600], json.dumps(g)[:600]))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
