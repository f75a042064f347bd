#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Policies that mean harm: each ends in an error that names the limit, or in its right result, within bounds of
time and memory. One TAP line each."""
import json
import subprocess
import sys
import time

import os
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

FLAGS = ["-f", "json", "--strict-builtin-errors", "--max-memory", "200MiB", "--max-steps", "30000000", "--timeout",
         "20s"]
SECONDS = 40  # under AddressSanitizer, beside other tests

# A text that starts with "=" is the result's beginning as JSON, any other a part of the error.
CASES = [
    (r'''count(numbers.range(1,1000000000000))''',
     'memory budget'),
    (r'''count([x | some x in numbers.range(1,30000); some y in numbers.range(1,30000); x*y == -1])''',
     'memory budget'),
    (r'''count({[x,y] | some x in numbers.range(1,20000); some y in numbers.range(1,20000)})''',
     'memory budget'),
    (r'''regex.match(`(a*)*(a*)*(a|a)*b`, concat("", [x | some _ in numbers.range(1,100000); x := "a"]))''',
     '=false'),
    (r'''regex.match(`(x{1000}){1000}`, "x")''',
     'invalid repeat count'),
    (r'''glob.match("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}*", [], "c")''',
     '=false'),
    (r'''strings.render_template("{{define \"a\"}}{{template \"a\" .}}{{end}}{{template \"a\" .}}", {})''',
     'nested too deeply'),
    (r'''strings.render_template("{{range 100000000000}}xxxxxxxxxxxxxxxx{{end}}", {})''',
     'step budget'),
    (r'''strings.render_template("{{range 100000}}{{range 100000}}x{{end}}{{end}}", {})''',
     'step budget'),
    (r'''strings.render_template("{{printf \"%1000000d%1000000d%1000000d\" 1 2 3 | printf \"%1000000s%[1]s%[1]s\" | len}}", {})''',
     '='),
    (r'''sprintf("%1000000d%1000000d%[1]*d", [1000000,2])''',
     '='),
    (r'''count(sprintf(concat("", [x | some _ in numbers.range(1,5000); x := "%[1]s"]), [concat("", [y | some _ in numbers.range(1,1000000); y := "z"])]))''',
     'string too long'),
    (r'''count(concat("", [s | some _ in numbers.range(1,1000); s := sprintf("%1000000d", [1])]))''',
     'memory budget'),
    (r'''count(replace(concat("", [y | some _ in numbers.range(1,100000); y := "z"]), "", sprintf("%100000d",[1])))''',
     'string too long'),
    (r'''bits.lsh(1, 1000000000000)''',
     'number too big'),
    (r'''x := 99999999999999999999*99999999999999999999; y := x*x; count(format_int(bits.lsh(y, 3999999), 10))''',
     'memory budget'),
    (r'''1e1000000000 * 1e1000000000''',
     'number too big'),
    (r'''count(indexof_n(concat("", [y | some _ in numbers.range(1,1000000); y := "z"]), "z"))''',
     '=1000000'),
    (r'''count(net.cidr_expand("10.0.0.0/2"))''',
     'memory budget'),
    (r'''count(json.unmarshal(concat("", [y | some _ in numbers.range(1,1000000); y := "["])))''',
     'exceeded max depth'),
    (r'''count([p | walk([[x,[x,[x]]] | some x in numbers.range(1,3000000)], p)])''',
     'memory budget'),
    (r'''count(array.concat(numbers.range(1,20000000), numbers.range(1,20000000)))''',
     'memory budget'),
    (r'''object.union_n([o | some x in numbers.range(1,20000); o := {k: v | some k in numbers.range(1, 2000); v := x}])''',
     'memory budget'),
]
EXTRA = [
    (["--max-steps", "1000"], "count(numbers.range(1, 100000))", "step budget"),
    # a longer text is no slower in itself, but AddressSanitizer checks all of it at each search for the separator
    (["--max-memory", "2MiB"], 'count(split(sprintf("%200000d",[1])," "))', "memory budget"),
    (["--max-memory", "1MiB"], "count(numbers.range(1, 1000000))", "memory budget"),
    (["--timeout", "1ms"], "count([1 | some x in numbers.range(1, 3000); some y in numbers.range(1, 3000); x == -y])",
     "time is over"),
]


def run(seawall, flags, query):
    p = subprocess.run([seawall, "policy", "eval"] + flags + [query], capture_output=True, text=True, timeout=SECONDS)
    out = json.loads(p.stdout)
    if "errors" in out:
        return out["errors"][0]["code"] + ": " + out["errors"][0]["message"]
    return "=" + json.dumps(out["result"][0]["expressions"][-1]["value"])


def main():
    seawall, tap = sys.argv[1], Tap()
    for flags, query, want in [(FLAGS, q, w) for q, w in CASES] + [(FLAGS + f, q, w) for f, q, w in EXTRA]:
        try:
            got = run(seawall, flags, query)
        except (subprocess.TimeoutExpired, ValueError) as e:
            got = "crashed or hung: %s" % e
        ok = got.startswith(want) if want.startswith("=") else want in got
        tap.ok(ok, query[:80].replace("#", ""), "want " + want, "got " + got[:300].replace("\n", " "))
    tap.end()


main()
