#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What indices save: comprehensions that group 1,000 to 100,000 elements, and one rule of 1 to 10,000 looked up by
its constants or left at the first success. Medians of the evaluation's own clock (--metrics, bench); beside them the
growth per tenfold input, and the ratio to OPA ($OPA or `opa` on PATH), which is given LIMIT seconds per evaluation.

usage: bench_index [largest number of elements]
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

SEAWALL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../seawall")
OPA = os.environ.get("OPA") or shutil.which("opa")
LIMIT = 20

GROUPS = {
    "OPA's example": """{intf: ports |
    some i
    intf := input.exposed[i].interface
    ports := [port | some j; input.exposed[j].interface == intf; port := input.exposed[j].port]
}""",
    "value of the head": "{k: [v | x := input.exposed[_]; x.interface == k; v := x.port] | k := input.exposed[_].interface}",
    "outer value as filter": "{k: {v | some x in input.exposed; x.interface == k; x.port > t; v := x.port} | "
                             "t := 5; k := input.exposed[_].interface}",
    "outer member as key": "{k: n | some y in input.exposed; k := y.interface; "
                           "n := count([1 | some x in input.exposed; x.interface == y.interface])}",
}

RULES = {
    "equality": ('allow if {{ input.method == "GET"; input.path == "/p{0}" }}', {"method": "GET", "path": "/p%d"}),
    "array": ('allow if input.path == ["v1", "p{0}"]', {"path": ["v1", "p%d"]}),
    "membership": ('allow if input.path in {{"/p{0}", "/q{0}"}}', {"path": "/q%d"}),
    "glob.match": ('allow if glob.match("/p{0}/*", ["/"], input.path)', {"path": "/p%d/x"}),
    "argument": ('f("/p{0}") := {0}', {"path": "/p%d"}),
    "early exit": ("allow if {{ some x in input.path; x >= {0} }}", {"path": list(range(100))}),
}


def value_ns(cmd, directory, query):
    """Nanoseconds of one evaluation, and its value."""
    try:
        out = subprocess.run(cmd + ["--metrics", "-f", "json", "-d", directory + "/p.rego", "-i", directory + "/in.json", query],
                             capture_output=True, timeout=LIMIT, check=True).stdout
    except subprocess.TimeoutExpired:
        return None, None
    doc = json.loads(out)
    return doc["metrics"]["timer_rego_query_eval_ns"], doc["result"][0]["expressions"][0]["value"]


def median(cmd, directory, query, rounds):
    runs = [value_ns(cmd, directory, query)]
    if runs[0][0] is None:
        return None, None
    runs += [value_ns(cmd, directory, query) for _ in range(rounds - 1)]
    return statistics.median(ns for ns, _ in runs) / 1e6, runs[0][1]


def put(directory, policy, value):
    with open(directory + "/p.rego", "w") as f:
        f.write("package p\n\n" + policy + "\n")
    with open(directory + "/in.json", "w") as f:
        json.dump(value, f)


def groups(directory, largest):
    for name, text in GROUPS.items():
        before, dead = None, OPA is None
        for n in (1000, 10000, 100000):
            if n > largest:
                break
            put(directory, "g := " + text, {"exposed": [{"interface": "eth%d" % (i % (n // 4)), "port": i % 65536}
                                                         for i in range(n)]})
            own, value = median([SEAWALL, "policy", "eval"], directory, "data.p.g", 5)
            if own is None:
                print("%-24s %7d elements: none in %d s" % (name, n, LIMIT))
                break
            theirs, other = (None, None) if dead else median([OPA, "eval"], directory, "data.p.g", 1)
            dead = dead or theirs is None
            same = "" if other in (None, value) else "  DIFFERENT VALUES"
            grown = "" if before is None else "%5.1fx of a tenth" % (own / before)
            print("%-24s %7d elements %9.2f ms %18s %s%s" % (
                name, n, own, grown, "(OPA: none in %d s)" % LIMIT if theirs is None else
                "opa %9.1f ms, %6.0fx" % (theirs, theirs / own), same))
            before = own


def p50(cmd, directory, query):
    out = subprocess.run(cmd + ["--format", "json", "-d", directory + "/p.rego", "-i", directory + "/in.json", query],
                         capture_output=True, check=True).stdout
    return json.loads(out)["Extra"]["histogram_timer_rego_query_eval_ns_median"] / 1e3


def filled(value, n):
    """The input for n rules: the last but one holds."""
    if isinstance(value, list):
        return [filled(v, n) for v in value]
    return value % max(n - 2, 0) if isinstance(value, str) and "%" in value else value


def rules(directory):
    for name, (text, value) in RULES.items():
        function = text.startswith("f(")
        for n in (1, 1000, 10000):
            put(directory, "\n".join([text.format(i) for i in range(n)] + ["value := f(input.path)"] * function),
                {k: filled(v, n) for k, v in value.items()})
            query = "data.p.value" if function else "data.p.allow"
            own = p50([SEAWALL, "policy", "bench", "--time", "300ms"], directory, query)
            theirs = p50([OPA, "bench"], directory, query) if OPA else None
            print("%-12s %6d rules %8.2f µs %s" % (
                name, n, own, "opa %8.1f µs, %5.0fx" % (theirs, theirs / own) if theirs else ""))


def main():
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    with tempfile.TemporaryDirectory() as d:
        groups(d, largest)
        rules(d)


if __name__ == "__main__":
    main()
