#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Differential fuzzer: small random Rego programs, evaluated here and by `opa eval`, must agree.

usage: rego_diff.py RUNNER [count [seed]]
RUNNER is the rego_run program. OPA is $OPA or `opa` on PATH; without it one skipped line is printed.
A program that both refuse agrees; the wording of errors is not compared, the kind of failure is.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

INPUT = {
    "a": 1, "b": [1, 2, 3], "c": {"x": 1, "y": [2, {"z": 3}]}, "d": [], "e": "s", "f": False, "g": None,
    "one": 1, "two": 2, "x": "x", "t": True, "k": ["x", "y", "q"], "m": [{"n": "x", "v": 1}, {"n": "y", "v": 2}, {"n": "x", "v": 3}],
}
DATA = {"base": {"p": {"x": 1, "y": 2}, "q": [1, [2, 3]], "r": "s"}}


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.n = 0
        self.rules = []   # (name, kind, arity)
        self.vars = []    # bound in the current body

    def pick(self, *xs):
        return self.r.choice(xs)

    def fresh(self):
        self.n += 1
        return "v%d" % self.n

    def scalar(self):
        if self.r.random() < 0.6:  # of a type that only the evaluation knows
            return self.pick("input.one", "input.two", "input.x", "input.e", "input.f", "input.g", "input.t")
        return self.literal()

    def literal(self):
        return self.pick("1", "2", "3", "0", '"x"', '"y"', '"s"', "true", "false", "null", "2.0")

    def ref(self):
        opts = ["input.a", "input.b", "input.c", "input.c.x", "input.c.y[1].z", "input.e", "input.k", "input.m",
                "input.f", "input.nope", "input.b[0]", "data.base.p", "data.base.q", "data.base.q[1]",
                "data.base.p.x", "input.m[0].n", "input.d"]
        for name, kind, _ in self.rules:
            if kind == "set":
                opts += [name]
            elif kind == "object":
                opts += [name, name + '["x"]'] + ["%s[%s]" % (name, v) for v in self.vars[-1:]]
            elif kind in ("nested", "ground"):
                opts += [name, name + '["x"]', name + '["y"].w']
            elif kind == "complete":
                opts += [name, name]
        return self.r.choice(opts)

    def coll(self, d):
        opts = ["input.b", "input.c", "input.k", "input.m", "data.base.p", "data.base.q", "input.d", "[1, 2, 3]",
                '{"x": 1, "y": 2}', '{1, "x", [2]}', "input.c.y"]
        opts += [n for n, k, _ in self.rules if k in ("set", "object", "nested")] * 2
        if d > 0 and self.r.random() < 0.3:
            return self.comp(d - 1)
        return self.r.choice(opts)

    def term(self, d):
        p = self.r.random()
        if self.vars and p < 0.4:
            return self.r.choice(self.vars)
        if p < 0.55 or d <= 0:
            return self.scalar()
        if p < 0.72:
            return self.ref()
        if p < 0.80:
            return "[%s]" % ", ".join(self.term(d - 1) for _ in range(self.r.randint(0, 2)))
        if p < 0.84:
            return "{%s: %s}" % (self.pick('"x"', '"y"', "1"), self.term(d - 1))
        if p < 0.88:
            return "{%s, %s}" % (self.term(d - 1), self.term(d - 1))
        if p < 0.95:
            return self.comp(d - 1)
        return self.call(d - 1)

    def call(self, d):
        fs = [(n, a) for n, k, a in self.rules if k == "function"]
        if fs and self.r.random() < 0.6:
            n, a = self.r.choice(fs)
            return "%s(%s)" % (n, ", ".join(self.term(d) for _ in range(a)))
        if self.r.random() < 0.35:
            return self.pick(
                "(%s %s %s)" % (self.coll(0), self.pick("|", "&", "-"), self.coll(0)),
                "(%s %s %s)" % (self.term(0), self.pick("+", "-", "*", "/", "%"), self.term(0)),
                'sprintf("%%v|%%d|%%s", [%s, %s, %s])' % (self.term(0), self.term(0), self.term(0)),
                "json.marshal(%s)" % self.term(d), "object.keys(%s)" % self.coll(0), "sum(%s)" % self.coll(0),
                "array.concat(%s, %s)" % (self.coll(0), self.coll(0)), "sort(%s)" % self.coll(0), "max(%s)" % self.coll(0),
                "object.union(%s, %s)" % (self.coll(0), self.coll(0)), '$"<{%s}{%s}>"' % (self.ref(), self.term(0)),
                "(%s, %s in %s)" % (self.term(0), self.term(0), self.coll(0)),
                "concat(\",\", %s)" % self.coll(0), "data.t[%s]" % self.pick('"r0"', '"r1"', "input.e"), "substring(%s, 0, 1)" % self.term(0),
                "array.slice(%s, %s, 2)" % (self.coll(0), self.term(0)), "numbers.range(%s, 3)" % self.term(0))
        return self.pick("count(%s)" % self.coll(0), "object.get(input.c, %s, 9)" % self.term(0),
                         "is_number(%s)" % self.term(0), "to_number(%s)" % self.pick('"7"', '"z"', "input.a"),
                         "(%s in %s)" % (self.term(0), self.coll(0)), "(%s == %s)" % (self.term(0), self.term(0)),
                         "(input.a + %s)" % self.pick("1", "2"), "type_name(%s)" % self.term(0))

    def comp(self, d):
        saved = list(self.vars)
        body = self.body(d, self.r.randint(1, 2))
        head = self.term(0)
        k = self.pick("a", "s", "o")
        out = ("[%s | %s]" % (head, body) if k == "a" else "{%s | %s}" % (head, body) if k == "s" else
               "{%s: %s | %s}" % (self.pick('"x"', self.term(0)), self.term(0), body))
        self.vars = saved
        return out

    def pattern(self, d, new):
        p = self.r.random()
        if p < 0.45:
            v = self.fresh()
            new.append(v)
            return v
        if p < 0.6 and self.vars:
            return self.r.choice(self.vars)
        if p < 0.75 or d <= 0:
            return self.pick("1", '"x"', "_", "_")
        if p < 0.93:
            return "[%s]" % ", ".join(self.pattern(d - 1, new) for _ in range(self.r.randint(1, 2)))
        return '{"x": %s}' % self.pattern(d - 1, new)

    def expr(self, d):
        p = self.r.random()
        if p < 0.22:
            v, t = self.fresh(), self.term(d)
            self.vars.append(v)
            return "%s := %s" % (v, t)
        if p < 0.42:
            c, v = self.coll(d), self.fresh()
            if self.r.random() < 0.5:
                k = self.fresh()
                self.vars += [k, v]
                return "some %s, %s in %s" % (k, v, c)
            self.vars.append(v)
            return "some %s in %s" % (v, c)
        if p < 0.52:
            new = []
            t = self.pick(self.ref(), "input.m[_]", "input.b", "data.base.q", self.term(d))
            pat = self.pattern(2, new)
            self.vars += new
            return "%s = %s" % (pat, t)
        if p < 0.60:
            v = self.fresh()
            c = self.pick("input.b", "input.c", "input.m", "data.base.p", "data.base", "input.c.y")
            self.vars.append(v)
            return "%s[%s]" % (c, v)
        if p < 0.72:
            return "%s %s %s" % (self.term(1), self.pick("==", "!=", "<", ">=", "=="), self.term(1))
        if p < 0.80:
            saved = list(self.vars)
            e = self.expr(0) if self.r.random() < 0.3 else self.pick(self.ref(), self.call(0), self.term(1) + " == " + self.term(0))
            self.vars = saved
            if any(w in e for w in (":=", "some", " = ", "[v", "not ", "every", "with")):
                e = self.ref()
            return "not " + e
        if p < 0.86:
            saved = list(self.vars)
            c, v = self.coll(0), self.fresh()
            self.vars.append(v)
            b = self.body(0, 1) + "; [%s] != 0" % v
            self.vars = saved
            return "every %s in %s { %s }" % (v, c, b)
        if p < 0.88:
            v, w = self.fresh(), self.fresh()
            self.vars += [v, w]
            return "walk(%s, [%s, %s])" % (self.coll(0), v, w)
        if p < 0.95 and self.rules:
            v = self.fresh()
            fs = [(n, a) for n, k, a in self.rules if k == "function"]
            if fs and self.r.random() < 0.4:
                n, a = self.r.choice(fs)
                other = [m for m, b in fs if b == a] + ["data.base.q", "input.a"] + ["count", "is_number"] * (a == 1)
                self.vars.append(v)
                return "%s := %s with %s as %s" % (v, self.ref() if self.r.random() < 0.6 else "%s(%s)" % (
                    n, ", ".join(self.term(0) for _ in range(a))), n, self.r.choice(other))
            t = self.ref()
            w = self.pick("input.a as %s", "input as {\"a\": %s, \"b\": [7], \"m\": []}", "data.base.p as %s",
                          "data.base as {\"p\": %s}", "count as %s", "data.t.r0 as %s", "data.t.r0.x as %s") % self.term(0)
            self.vars.append(v)
            return "%s := %s with %s" % (v, t, w)
        return self.pick(self.ref(), self.call(0))

    def body(self, d, n):
        before = set(self.vars)
        es = [self.expr(d) for _ in range(n)]
        if self.r.random() < 0.3 and not any(":=" in e or "some" in e for e in es):
            self.r.shuffle(es)
        new = [v for v in self.vars if v not in before]
        if new:  # a variable that is not used is an error
            es.append("[%s] != input.e" % ", ".join(new))
        return "; ".join(es)

    def rule(self):
        kind = self.pick("set", "object", "complete", "complete", "function", "nested", "ground")
        name = "r%d" % len(self.rules)
        out, arity, shape = [], 0, None
        for _ in range(self.r.randint(1, 3) if kind != "complete" else self.pick(1, 1, 2)):
            self.vars = []
            if kind == "function":
                args = out and arity or self.r.randint(1, 2)
                arity = args
                params = []
                for _ in range(args):
                    new = []
                    params.append(self.pattern(1, new) if self.r.random() < 0.4 else self.fresh())
                    self.vars += new + ([params[-1]] if params[-1].startswith("v") and params[-1] not in new else [])
                body = self.body(1, self.r.randint(1, 2))
                out.append("%s(%s) := %s if { %s }" % (name, ", ".join(params), self.term(1), body))
                continue
            body = self.body(2, self.r.randint(1, 3))
            if kind == "set":
                out.append("%s contains %s if { %s }" % (name, self.term(1), body))
            elif kind == "object":
                out.append("%s[%s] := %s if { %s }" % (name, self.pick('"x"', self.term(0)), self.term(1), body)
                           if self.vars else "%s[\"x\"] := 1 if { %s }" % (name, body))
            elif kind == "ground":
                out.append("%s.%s := %s if { %s }" % (name, self.pick("x", "y", "x.z", "y.w"), self.term(1), body))
            elif kind == "nested":
                k = self.r.choice(self.vars) if self.vars else '"x"'
                shape = shape if shape and self.r.random() < 0.8 else self.pick(
                    "%s[%s].w := %s if { %s }", "%s[%s] contains %s if { %s }", "%s.x[%s] := %s if { %s }",
                    "%s[%s].y[1] := %s if { %s }")
                out.append(shape % (name, k, self.term(1), body))
            else:
                s = "%s := %s if { %s }" % (name, self.term(1), body)
                if self.r.random() < 0.25:
                    self.vars = []
                    s += " else := %s if { %s }" % (self.scalar(), self.body(1, 1))
                out.append(s)
        if kind == "complete" and self.r.random() < 0.2:
            out.append("default %s := %s" % (name, self.literal()))
        if kind == "function" and self.r.random() < 0.2:
            out.append("default %s(%s) := %s" % (name, ", ".join(["_"] * arity), self.literal()))
        self.rules.append((name, kind, arity))
        return out

    def module(self):
        lines = ["package t", ""]
        for _ in range(self.r.randint(2, 5)):
            lines += self.rule()
        return "\n".join(lines) + "\n"


def opa_eval(opa, d, module):
    path = os.path.join(d, "m0.rego")
    with open(path, "w") as f:
        f.write(module)
    r = subprocess.run([opa, "eval", "-f", "json", "-d", path, "-d", os.path.join(d, "data.json"),
                        "-i", os.path.join(d, "input.json"), "data.t"], capture_output=True, text=True)
    try:
        o = json.loads(r.stdout)
    except ValueError:
        return {"errors": [{"code": "crash", "text": r.stderr[:200]}]}
    if "errors" in o:
        return {"errors": [{"code": e.get("code", "?"), "text": e.get("message", "")} for e in o["errors"]]}
    if "result" not in o:
        return {"undefined": True}
    return {"value": [[x["value"] for x in row["expressions"]] for row in o["result"]]}


def kind(x):
    """What is compared: values exactly, failures by when they happen."""
    if "errors" in x:
        return "evaluation error" if x["errors"][0]["code"].startswith("eval_") else "compile error"
    return json.dumps({k: x[k] for k in ("value", "undefined") if k in x}, sort_keys=True)


def same_number(x):
    return json.loads(json.dumps(x), parse_float=float, parse_int=float)


def main():
    runner = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    opa = os.environ.get("OPA") or shutil.which("opa")
    if not opa:
        print("1..1\nok 1 - rego diff # skip opa is not installed")
        return 0
    progs = [Gen(seed * 1000003 + i).module() for i in range(count)]
    cases = [{"modules": [p], "input": INPUT, "data": DATA, "query": "data.t", "entry": i % 2 == 1}
             for i, p in enumerate(progs)]
    r = subprocess.run([runner], input="".join(json.dumps(c) + "\n" for c in cases), capture_output=True, text=True)
    if r.returncode:
        print("1..1\nnot ok 1 - runner failed: %s" % r.stderr[:300])
        return 1
    ours = [json.loads(line) for line in r.stdout.split("\n") if line]
    bad = refused = 0
    with tempfile.TemporaryDirectory() as d:
        with open(os.path.join(d, "data.json"), "w") as f:
            json.dump(DATA, f)
        with open(os.path.join(d, "input.json"), "w") as f:
            json.dump(INPUT, f)
        for i, (p, us) in enumerate(zip(progs, ours)):
            them = opa_eval(opa, d, p)
            ok = kind(same_number(us)) == kind(same_number(them))
            refused += "errors" in them
            print("%sok %d - program %d of seed %d" % ("" if ok else "not ", i + 1, i, seed))
            if not ok:
                bad += 1
                print("# here %s\n# opa  %s" % (json.dumps(us)[:600], json.dumps(them)[:600]))
                print("".join("# " + line + "\n" for line in p.splitlines()), end="")
    print("1..%d\n# %d of %d refused by OPA" % (count, refused, count))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
