#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Indices of comprehensions may change no result: random comprehensions inside of loops, in every shape that could
be indexed and in shapes that must not be, evaluated with the index, without it, and by `opa eval` where that is
installed ($OPA, or `opa` on PATH).

usage: comp_diff.py SEAWALL [count [seed]]
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

# No number of two texts: whose text is kept depends on what is evaluated first.
KEYS = ["a", "b", "c", 1, 2, None, True, False, "", ["a", 1], {"x": "a"}, []]
HEAD = "package a\nimport rego.v1\nitems contains x if some x in input.xs\nh(n) if n > 1\n"


class Gen:
    def __init__(self, seed, compiles):
        self.r = random.Random(seed)
        self.compiles = compiles

    def pick(self, *xs):
        return self.r.choice(xs)

    def key_equation(self, outer):
        """Conditions that tie an element x to what is bound outside."""
        k = self.pick(*outer)
        return self.pick(
            "x.k == %s" % k, "%s == x.k" % k, "x.k = %s" % k, "%s = x.k" % k,
            "xk := x.k; xk == %s" % k, "x.l[_] == %s" % k, "%s in x.l" % k, "[%s, n] := [x.k, x.n]" % k.replace("y.k", "_"),
            "{\"k\": %s} = object.filter(x, [\"k\"])" % k, "lower(x.s) == %s" % k, "x.k == %s; x.n == y.n" % k,
            "x.k == y.k", "x.n == y.n", "x[\"k\"] == %s" % k, "x.s == y.s", "y.i = x.i", "[x.k, x.n] == [y.k, y.n]",
            "x.l[0] == y.l[0]", "x.l[_] == y.l[1]", "y.k == x.k; h(x.n)", "y.none == x.k", "x.s == y.s; x.k == %s" % k,
            "data.xs[_].k == y.k", "x.k == y[\"k\"]; x.n == t")

    def filter(self):
        return self.pick("x.n > 1", "x.n > t", "x.n != y.n", "not x.f", "x.f", "t", "x.n < count(x.l)", "x.k != null",
                         "is_string(x.k)", "some z in x.l; z != \"a\"", "every z in x.l { z != t }",
                         "x.k in {\"a\", \"b\"}", "input.m[x.k]", "input.m[k]", "h(x.n)", "not h(x.n)", "count([z | some z in x.l; z == k]) > 0",
                         "count([z | some z in x.l]) > 0", "s := x.s; s != \"a\"")

    def body(self, outer):
        parts = ["some x in %s" % self.pick("input.xs", "data.xs", "input.xs", "items")]
        more = [self.key_equation(outer)] + [self.filter() for _ in range(self.r.randint(0, 2))]
        self.r.shuffle(more)
        if self.r.random() < 0.15:  # order is free
            more.append(parts.pop())
        return "; ".join(parts + more)

    def comprehension(self, outer):
        body, head = self.body(outer), self.pick("x.n", "x", "[x.n, k]", "x.k", "1", "t", "x.n + 1", "{x.n}")
        kind = self.pick("[]", "{}", ":")
        if kind == ":":
            return "{%s: %s | %s}" % (self.pick("x.s", "x.n", "i", "k").replace("i", "x.i"), head, body)
        return "%s%s | %s%s" % (kind[0], head, body, kind[1])

    def loop(self):
        """Bindings of an enclosing body: y, k and t."""
        out = ["some y in %s" % self.pick("input.ys", "data.xs"), self.pick("k := y.k", "k := y.s", "k = y.k", "some k in y.l")]
        out.insert(self.r.randint(0, 2), self.pick("t := 1", "t := input.t", "some t in [1, 2]", "t := y.n", "t := 1"))
        if out.index([x for x in out if x.startswith("k ") or x.startswith("some k")][0]) < out.index([x for x in out if "some y" in x][0]):
            out.reverse()
        return "; ".join(out)

    def rule(self, i):
        c = self.comprehension(["k", "k", "k", "y.k", "t"])
        shape = self.pick("object", "set", "rule", "function", "count", "with")
        if shape == "object":
            return "r%d := {[k, t]: v | %s; v := %s}" % (i, self.loop(), c)
        if shape == "set":
            return "r%d := {%s | %s}" % (i, c, self.loop())
        if shape == "rule":
            return "r%d contains [k, v] if { %s; v := %s }" % (i, self.loop(), c)
        if shape == "function":
            return "f%d(y, k, t) := %s\nr%d := [f%d(y, k, t) | %s]" % (i, c, i, i, self.loop())
        if shape == "count":
            return "r%d := [n | %s; n := count(%s); n > 0]" % (i, self.loop(), c)
        return "g%d := [v | %s; v := %s]\nr%d := [g%d, v] if { v := g%d with input.xs as [{\"k\": \"a\", \"n\": 3, \"l\": [\"a\"], \"s\": \"A\"}] }" % (
            i, self.loop(), c, i, i, i)

    def element(self):
        e = {"k": self.pick(*KEYS), "n": self.r.randint(0, 3), "l": [self.pick(*KEYS) for _ in range(self.r.randint(0, 3))],
             "s": self.pick("a", "A", "b", "B"), "i": self.r.randint(0, 9), "f": self.pick(True, False)}
        for k in list(e):
            if self.r.random() < 0.08:
                del e[k]
        return e

    def compiling_rule(self, i):
        while True:
            rule = self.rule(i)
            if self.compiles(HEAD + rule):
                return rule

    def program(self):
        rules = "\n".join(self.compiling_rule(i) for i in range(6))
        xs, ys = ([self.element() for _ in range(self.r.randint(0, 8))] for _ in range(2))
        return (HEAD + rules + "\n",
                {"xs": xs, "ys": ys, "t": 1, "m": {"a": 1, "b": False}}, {"xs": [self.element() for _ in range(5)]})


def compiles(seawall, d, text):
    with open(d + "/one.rego", "w") as f:
        f.write(text)
    return subprocess.run([seawall, "policy", "check", d + "/one.rego"], capture_output=True).returncode == 0


def evaluate(cmd, d, query):
    r = subprocess.run(cmd + ["-d", d + "/a.rego", "-d", d + "/data.json", "-i", d + "/input.json", query, "--format", "json"],
                       capture_output=True, text=True, timeout=60)
    try:
        doc = json.loads(r.stdout)
    except ValueError:
        return "no answer: " + r.stderr[-200:]
    if "errors" in doc:
        return "error " + str(doc["errors"][0].get("code"))
    return json.dumps(doc.get("result", [{"expressions": [{"value": "undefined"}]}])[0]["expressions"][0]["value"], sort_keys=True)


def answers(cmd, d, apart):
    """The package as a whole, or what each rule says."""
    return [evaluate(cmd, d, "data.a.r%d" % i) for i in range(6)] if apart else [evaluate(cmd, d, "data.a")]


def main():
    seawall = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    opa = os.environ.get("OPA") or shutil.which("opa")
    bad = 0
    with tempfile.TemporaryDirectory() as d:
        for i in range(count):
            program, value, data = Gen(seed * 100000 + i, lambda text: compiles(seawall, d, text)).program()
            for name, text in (("a.rego", program), ("input.json", json.dumps(value)), ("data.json", json.dumps(data))):
                with open(d + "/" + name, "w") as f:
                    f.write(text)
            theirs = answers([opa, "eval"], d, False) if opa else [""]
            apart = theirs[0].startswith("error eval")  # it matters which rule fails first
            if apart:
                theirs = answers([opa, "eval"], d, True)
            with_index = answers([seawall, "policy", "eval"], d, apart)
            without = answers([seawall, "policy", "eval", "--disable-indexing"], d, apart)
            # OPA indexes some bodies that it cannot evaluate without their keys, and says so when it does.
            same = with_index == without and not any(x.startswith("no answer") for x in with_index) and all(
                x == y for x, y in zip(without, theirs) if y != "error eval_internal_error" and opa)
            if not same:
                bad += 1
                print("# %s\n# index   %s\n# without %s\n# opa     %s" % (program.replace("\n", "\n# "), with_index, without, theirs))
            print("%s %d - seed %d" % ("ok" if same else "not ok", i + 1, seed * 100000 + i))
    print("1..%d" % count)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
