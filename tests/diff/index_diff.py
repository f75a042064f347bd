#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rule indexing may change no result: groups of rules with random conditions, evaluated with the index, without
it, and by `opa eval` where that is installed ($OPA, or `opa` on PATH).

usage: index_diff.py SEAWALL [count [seed]]
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

WORDS = ["a", "ab", "abc", "b", "a:b", "a:b:c", "b:c", "", "team1:x", "team1:y:x", "team2:x", "é", "A"]
PATTERNS = ["a*", "*c", "a:*", "a:*:c", "team?:x", "{a,b}", "[ab]", "**", "a", "\\\\*", "te*:[xy]", "[!a]*", "{a", "a]", ""]
PLACES = ["input.x", "input.y.z", "input.w", "input[\"x\"]", "input.l[0]"]
LISTS = ["input.l", "input.m", "input.y"]
VALUES = WORDS + [1, 1.0, 2, None, True, False, ["a"], ["a", "b"], {"k": "a"}, [], {}, [["a"]], {"z": "ab"}]


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, xs):
        return self.r.choice(xs)

    def word(self):
        return json.dumps(self.pick(WORDS), ensure_ascii=False)

    def value(self):
        return json.dumps(self.pick(VALUES), ensure_ascii=False)

    def set(self):
        n = self.r.randint(1, 4)
        kind = self.r.random()
        xs = [self.value() for _ in range(n)]
        if kind < 0.5:
            return "{%s}" % ", ".join(xs)
        if kind < 0.8:
            return "[%s]" % ", ".join(xs)
        keys = self.r.sample(WORDS, n)
        return "{%s}" % ", ".join("%s: %s" % (json.dumps(k, ensure_ascii=False), v) for k, v in zip(keys, xs))

    def condition(self, args):
        place = self.pick(PLACES + args * 3)
        k = self.r.random()
        if k < 0.2:
            return self.pick(["%s == %s", "%s = %s"]) % ((place, self.value()) if self.r.random() < 0.7 else (self.value(), place))
        if k < 0.35:
            return "%s(%s, %s)" % (self.pick(["startswith", "endswith", "contains"]), place, self.word())
        if k < 0.5:
            return "glob.match(\"%s\", %s, %s)" % (self.pick(PATTERNS), self.pick(["[]", "null", "[\":\"]", "[\".\", \":\"]"]), place)
        if k < 0.62:
            return "%s in %s" % (place, self.set())
        if k < 0.7:
            return "%s[%s]" % (self.set(), place)
        if k < 0.78:
            return "%s in %s" % (self.value(), self.pick(LISTS))
        if k < 0.86:
            v = "r%d" % self.r.randint(0, 99)
            return "some %s in %s; %s == %s" % (v, self.pick(LISTS), v, self.value())
        if k < 0.92:
            return "%s[_] == %s" % (self.pick(LISTS), self.value())
        return self.pick(["not input.f", "input.t", "count(%s) > 0" % self.pick(LISTS), "to_number(%s) > 0" % place,
                          "v := %s; v == %s" % (place, self.value()), "input.x != \"a\"", "true"])

    def rules(self):
        kind = self.pick(["set", "fn", "one", "object"])
        out = []
        args = ["p", "q"] if kind == "fn" else []
        for i in range(self.r.randint(4, 14)):
            body = "; ".join(self.condition(args) for _ in range(self.r.randint(1, 3)))
            if kind == "set":
                out.append("r contains %d if { %s }" % (i, body))
            elif kind == "object":
                out.append("r[\"k%d\"] := %d if { %s }" % (i, i, body))
            elif kind == "one":
                out.append("r if { %s }" % body)
            else:
                first = self.value() if self.r.random() < 0.3 else "p"
                out.append("f(%s, q) if { p1 := 1; %s }" % (first, body.replace("p1", "p")) if first == "p"
                           else "f(%s, q) if { %s }" % (first, "; ".join(self.condition(["q"]) for _ in range(2))))
        if kind == "fn":
            out.append("r := [f(input.x, input.y), f(input.w, input.l)]")
            out.append("r2 := f(input.x, \"a\")")
        return "package a\nimport rego.v1\n" + "\n".join(out) + "\n"

    def input(self):
        d = {}
        for k in ["x", "w", "l", "m", "y", "f", "t"]:
            if self.r.random() < 0.8:
                d[k] = self.pick(VALUES)
        if self.r.random() < 0.5:
            d["y"] = {"z": self.pick(VALUES)}
        if self.r.random() < 0.5:
            d["l"] = [self.pick(VALUES) for _ in range(self.r.randint(0, 4))]
        return d


def evaluate(cmd, d):
    r = subprocess.run(cmd + ["-d", d, "[x | some i, v in data.inputs; x := [i, data.a] with input as v]", "--format", "json"],
                       capture_output=True, text=True, timeout=60)
    try:
        doc = json.loads(r.stdout)
    except ValueError:
        return "no answer: " + r.stderr[-200:]
    if "errors" in doc:
        return "error " + str(doc["errors"][0].get("code"))
    return json.dumps(doc["result"][0]["expressions"][0]["value"], sort_keys=True)


def main():
    seawall = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    opa = os.environ.get("OPA") or shutil.which("opa")
    bad = 0
    with tempfile.TemporaryDirectory() as d:
        for i in range(count):
            g = Gen(seed * 100000 + i)
            module = g.rules()
            with open(d + "/a.rego", "w") as f:
                f.write(module)
            with open(d + "/data.json", "w") as f:
                json.dump({"inputs": [g.input() for _ in range(30)]}, f)
            with_index = evaluate([seawall, "policy", "eval"], d)
            without = evaluate([seawall, "policy", "eval", "--disable-indexing"], d)
            theirs = evaluate([opa, "eval"], d) if opa else without
            # OPA's index drops errors that evaluation would find, and so does ours: only values count.
            same = with_index == without == theirs and not with_index.startswith("no answer")
            if not same:
                bad += 1
                print("# %s\n# index   %s\n# without %s\n# opa     %s" % (module.replace("\n", "\n# "), with_index, without, theirs))
            print("%s %d - seed %d" % ("ok" if same else "not ok", i + 1, seed * 100000 + i))
    print("1..%d" % count)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
