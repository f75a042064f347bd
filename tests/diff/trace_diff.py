#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Traces (`policy eval --explain`) of random programs, line by line as `opa eval` writes them ($OPA, or `opa` on PATH).

usage: trace_diff.py SEAWALL [count [seed [share that must be equal, in percent]]]
Every other program is of everyday rules, the others are of rego_diff.py. Programs that OPA refuses, or whose evaluation fails
(it then evaluates rules again to tell all values), are not counted.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rego_diff  # noqa: E402

INPUT = """{"user": "alice", "roles": ["dev", "admin"], "method": "GET", "path": ["v1", "pods", "web"], "n": 3, "flag": false,
 "a": 1, "b": [1, 2, 3], "c": {"x": 1, "y": [2, {"z": 3}]}, "d": [], "e": "s", "f": false, "g": null, "one": 1, "two": 2, "x": "x",
 "t": true, "k": ["x", "y", "q"], "m": [{"n": "x", "v": 1}, {"n": "y", "v": 2}, {"n": "x", "v": 3}],
 "containers": [{"name": "a", "image": "r/a:1", "caps": ["X"]}, {"name": "b", "image": "q/b", "caps": []}]}"""
DATA = """{"base": {"p": {"x": 1, "y": 2}, "q": [1, [2, 3]], "r": "s"}, "users": {"alice": {"level": 2}, "bob": {"level": 1}},
 "groups": {"dev": ["alice", "eve"], "ops": ["bob"]}}"""


class Everyday:
    """Rules as people write them: allow, deny, helpers, groups."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.heads = {}

    def pick(self, *xs):
        return self.r.choice(xs)

    def condition(self):
        u, role = self.pick("alice", "bob", "eve"), self.pick("admin", "dev", "ops")
        return self.pick(
            'input.user == "%s"' % u, 'input.method == "%s"' % self.pick("GET", "POST"), '"%s" in input.roles' % role,
            'input.roles[_] == "%s"' % role, 'some r in input.roles; r == "%s"' % role, "input.n > %d" % self.r.randint(0, 5),
            'not input.flag', 'not banned', "input.flag", "input.nope", 'input.method in {"GET", "HEAD"}',
            'input.path = ["v1", "pods", name]; name != "%s"' % self.pick("web", "db"), 'startswith(input.user, "%s")' % u[:2],
            'data.users[input.user].level > %d' % self.r.randint(0, 2), 'some g; data.groups[g][_] == input.user; g == "dev"',
            "level(input.user) > %d" % self.r.randint(0, 2), "is_%s(input.user)" % self.pick("member", "boss"),
            "every c in input.containers { c.name != \"%s\" }" % self.pick("a", "z"), "count(deny) == 0",
            "every i, c in input.containers { i >= 0; count(c.caps) < %d }" % self.r.randint(0, 2),
            "count([c | some c in input.containers; count(c.caps) > 0]) == 1", 'glob.match("%s*", [], input.user)' % u[:1],
            "x := input.n; y := x * 2; y > %d" % self.r.randint(0, 8), "some i; input.containers[i].name == \"b\"",
            'members["dev"][input.user]', "by_name[\"a\"].image", "t := {k: v | some k, v in data.users; v.level > 1}; count(t) == 1",
            'level("bob") == 1', 'allowed', 'allowed with input.user as "bob"', "not level(input.user) == 5",
            'walk(input.c, [p, 3]); count(p) > 0', 'print("here", input.user)', 'trace("seen")')

    def body(self):
        return "; ".join(self.condition() for _ in range(self.r.randint(1, 3)))

    def module(self):
        out = ["package t", "import rego.v1",
               'level(u) := data.users[u].level', 'is_member(u) if { some g; data.groups[g][_] == u }',
               'is_boss(u) if u == "alice"', 'is_boss(u) if { u == "eve" }', 'banned if input.user == "mallory"',
               "members[g] contains m if { some g, ms in data.groups; some m in ms }",
               "by_name[c.name] := c if some c in input.containers",
               "default allowed := false", 'allowed if { input.user == "alice" }', 'allowed if { input.user == "eve" }',
               'deny contains msg if { some c in input.containers; not contains(c.image, ":"); msg := sprintf("%s", [c.name]) }',
               'deny contains "user" if input.user == "bob"']
        for i in range(self.r.randint(1, 3)):
            shape = self.pick("allow", "allow", "set", "else", "value", "function", "object")
            for _ in range(self.r.randint(1, 3)):
                if shape == "allow":
                    out.append("p%d if { %s }" % (i, self.body()))
                elif shape == "set":
                    out.append("p%d contains %d if { %s }" % (i, self.r.randint(0, 2), self.body()))
                elif shape == "object":
                    out.append("p%d[x] := %d if { x := %s; %s }" % (i, 1, self.pick("input.user", '"k"'), self.body().replace("x :=", "z :=").replace("x *", "z *")))
                elif shape == "value":
                    out.append("p%d := %d if { %s }" % (i, 1, self.body()))
                elif shape == "function":
                    out.append("f%d(a) := %d if { a != 7; %s }" % (i, 1, self.body()))
                else:
                    out.append("p%d := 1 if { %s } else := 2 if { %s }" % (i, self.body(), self.body()))
            if shape in ("allow", "value") and self.r.random() < 0.5:
                out.append("default p%d := false" % i)
            if shape == "function":
                out.append("p%d := f%d(input.n)" % (i, i))
        return "\n".join(out) + "\n"


def trace(cmd, d, mode, query):
    r = subprocess.run(cmd + ["eval", "--explain=" + mode, "-f", "pretty", "-d", "m.rego", "-d", "data.json", "-i",
                              "input.json", query], capture_output=True, text=True, cwd=d, timeout=60)
    return r.returncode, r.stdout, r.stderr


def show(a, b):
    x, y = a.splitlines(), b.splitlines()
    for i in range(max(len(x), len(y))):
        here, there = (v[i] if i < len(v) else "(end)" for v in (x, y))
        if here != there:
            print("# line %d\n# here %s\n# opa  %s" % (i + 1, here[:300], there[:300]))
            return


def main():
    seawall = os.path.abspath(sys.argv[1])
    count, seed, share = (int(sys.argv[i]) if len(sys.argv) > i else n for i, n in ((2, 60), (3, 1), (4, 100)))
    opa = os.environ.get("OPA") or shutil.which("opa")
    if not opa:
        print("1..1\nok 1 - traces # skip opa is not installed")
        return 0
    equal = counted = 0
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("input.json", INPUT), ("data.json", DATA)):
            with open(d + "/" + name, "w") as f:
                f.write(text)
        for i in range(count):
            s = seed * 100000 + i
            module = Everyday(s).module() if i % 2 else rego_diff.Gen(s).module()
            mode = ("full", "full", "full", "fails", "notes")[i // 2 % 5]
            query = ("data.t", "data.t", "data.t.p0")[i // 2 % 3] if i % 2 else ("data.t", "data.t.r0", "data.t.r1[x]", "x = data.t.r1")[i // 2 % 4]
            with open(d + "/m.rego", "w") as f:
                f.write(module)
            code, theirs, err = trace([opa], d, mode, query)
            if code or "error" in err:
                continue
            counted += 1
            here = trace([seawall, "policy"], d, mode, query)[1]
            equal += here == theirs
            if here != theirs:
                print("# seed %d, %s, query %s" % (s, mode, query))
                if os.environ.get("SHOW"):
                    print("# " + module.replace("\n", "\n# "))
                show(here, theirs)
    ok = counted and 100 * equal >= share * counted
    print("1..1\n%s 1 - %d of %d traces equal" % ("ok" if ok else "not ok", equal, counted))
    return not ok


if __name__ == "__main__":
    sys.exit(main())
