#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Partial evaluation: random programs, here and by `opa eval --partial`; and what is left must mean the same.

usage: partial_diff.py SEAWALL [count [seed]]
Two lines per program: the result is OPA's but for the names of variables (skipped where opa is not
installed); and for random inputs, what is left of the query gives what the query gives.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rego_diff  # noqa: E402

DATA = {"base": rego_diff.DATA["base"], "admins": ["bob", "al"], "q": 7, "names": {"bob": {"level": 3}, "al": {"level": 1}},
        "ops": ["read", "write"], "limits": {"read": 5, "write": 2}}


class Policy:
    """Policies as people write them: requests, roles, lists of containers."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.n = 0

    def pick(self, *xs):
        return self.r.choice(xs)

    def fresh(self):
        self.n += 1
        return "v%d" % self.n

    def value(self):
        return self.pick('"x"', '"read"', '"bob"', "1", "3", "true", "data.q", "data.ops[0]", "input.want")

    def unknown(self):
        return self.pick("input.user", "input.op", "input.level", "input.roles[_].name", "input.tags.team", "input.n",
                         'input["k-1"]', "input.items[0].size", "input.m[input.op]", "input.flag")

    def known(self):
        return self.pick("data.admins[_]", "data.q", "data.names[_].level", "data.ops[_]", "data.limits.read", '"x"')

    def cond(self, d):
        p = self.r.random()
        v = self.fresh()
        u, k = self.unknown(), self.known()
        if p < 0.16:
            return "%s %s %s" % (u, self.pick("==", "==", "!=", ">", "<="), self.value())
        if p < 0.26:
            return "%s == %s" % (u, k)
        if p < 0.34:
            return "%s := %s; %s %s %s" % (v, u, v, self.pick("==", ">", "!="), self.value())
        if p < 0.42:
            return "some %s in %s; %s" % (v, self.pick("input.roles", "data.admins", "input.items", "data.ops"),
                                          self.pick("%s == %s" % (v, u), "%s.name == %s" % (v, self.value()), "%s != 3" % v))
        if p < 0.47:
            return "some k%s, %s in %s; k%s != %s; %s != %s" % (v, v, self.pick("input.m", "data.limits", "input.items"), v, self.value(), v, self.value())
        if p < 0.53:
            return self.pick("count(input.items) > %s" % self.pick("1", "data.q"), "startswith(input.user, %s)" % self.value(),
                             "%s in input.tags" % self.value(), "input.op in data.ops", "contains(input.user, \"x\")",
                             "input.n + 1 > data.q", "data.q - 2 > 3", "lower(input.user) == %s" % self.value())
        if p < 0.60:
            return "every %s in %s { %s }" % (v, self.pick("input.items", "data.ops", "[1, 2]", "data.admins"),
                                              self.pick("%s != %s" % (v, u), "%s.size > 1" % v, "%s == input.m[%s]" % (v, v)))
        if p < 0.70 and self.rules:
            return "not " + self.ref()
        if p < 0.74:
            return "not %s == %s" % (u, self.value())
        if p < 0.78:
            return "not %s" % self.pick(u.replace("[_]", "[0]"), "input.flag", "data.nope")
        if p < 0.84:
            return "%s := %s; count(%s) %s %s" % (
                v, self.pick("[y | y := input.items[_].size; y > 1]", "{y | some y in input.roles; y.name == %s}" % self.value(),
                             "{k: w | some k, w in input.m; w != data.q}", "[y | some y in data.admins; y != input.user]"), v, self.pick("==", ">"), self.pick("0", "1", "2"))
        if p < 0.88 and self.rules:
            return "%s with %s as %s" % (self.ref(), self.pick("input.user", "data.q", "input", "data.ops"), self.pick('"bob"', "3", "input.tags", '{"user": "al"}', '["x"]'))
        if self.rules:
            return self.pick(self.ref(), "%s := %s; %s != %s" % (v, self.ref(), v, self.value()), "%s == %s" % (self.ref(), self.value()))
        return "%s == %s" % (u, self.value())

    def ref(self):
        name, kind = self.r.choice(self.rules)
        if kind == "set":
            return "%s[%s]" % (name, self.pick(self.value(), self.unknown().replace("[_]", "[0]"), "_"))
        if kind == "object":
            return "%s[%s]" % (name, self.pick('"x"', "input.op", "_"))
        if kind == "function":
            return "%s(%s)" % (name, self.pick(self.value(), self.unknown().replace("[_]", "[0]")))
        return name

    def body(self, n):
        return "\n".join("\t" + c for _ in range(n) for c in self.cond(1).split("; ") if True) if True else ""

    def rule(self, i):
        kind = self.pick("bool", "bool", "value", "set", "object", "function", "default", "else")
        name, out = "r%d" % i, []
        for _ in range(self.r.randint(1, 2) if kind != "value" else 1):
            body = self.body(self.r.randint(1, 2))
            v = self.fresh()
            if kind in ("bool", "default"):
                out.append("%s if {\n%s\n}" % (name, body))
            elif kind == "value":
                out.append("%s := %s if {\n%s\n}" % (name, self.pick(self.value(), "[1, input.n]", '{"a": input.user}'), body))
            elif kind == "set":
                out.append("%s contains %s if {\n\t%s := %s\n%s\n}" % (name, v, v, self.pick(self.unknown(), self.known(), self.value()), body))
            elif kind == "object":
                out.append("%s[%s] := %s if {\n\tsome %s in %s\n%s\n}" % (name, v, self.pick(self.value(), "input.n"), v, self.pick("data.ops", "input.tags", '["x", "y"]'), body))
            elif kind == "function":
                out.append("%s(a) := %s if {\n\ta != %s\n%s\n}" % (name, self.pick("a", "true", "[a]", "1"), self.value(), body))
            else:
                out.append("%s := %s if {\n%s\n} else := %s if {\n%s\n}" % (name, self.value(), body, self.value(), self.body(1)))
                break
        if kind == "default":
            out.append("default %s := %s" % (name, self.pick("false", "false", "true", "3")))
        if kind == "function" and self.r.random() < 0.2:
            out.append("default %s(_) := %s" % (name, self.pick("false", "2")))
        self.rules.append((name, "function" if kind == "function" else kind if kind in ("set", "object") else "value"))
        return out

    def module(self):
        self.rules, lines = [], ["package t", ""]
        for i in range(self.r.randint(1, 4)):
            lines += self.rule(i)
        return "\n".join(lines) + "\n"


def program(seed):
    """Text, query, options."""
    r = random.Random(seed)
    g = Policy(seed) if seed % 3 else rego_diff.Gen(seed)
    text = g.module()
    rules = [(x[0], x[1]) for x in g.rules]
    name, kind = rules[-1] if r.random() < 0.7 else r.choice(rules)
    ref = "data.t." + name
    if kind == "function":
        query = r.choice(["%s(input.user)", "%s(input.n) == x", "x := %s(3)"]) % ref
        if "r" and sum(1 for _ in re.finditer(r"\b%s\(([^)]*)\) :=" % name, text)) and re.search(r"\b%s\([^)]*,[^)]*\) :=" % name, text):
            query = "data.t"
    elif kind in ("set", "object", "nested", "ground"):
        query = r.choice(["%s[x]", "%s", "%s.x", "%s[input.op]", "x = %s", "%s[x] = y"]) % ref
    else:
        query = r.choice(["%s", "%s = true", "x = %s", "not %s", "%s == 3", "%s", "x := %s; x != 1"]) % ref
    opts = []
    p = r.random()
    if p < 0.10:
        opts = ["--shallow-inlining"]
    elif p < 0.18:
        opts = ["--disable-inlining", r.choice(["data.t." + rules[0][0], "data.t"])]
    elif p < 0.26:
        opts = [x for u in r.choice([["input.user"], ["input.roles", "input.m"], ["data.q"], ["data.admins"], ["input", "data.ops"]])
                for x in ("--unknowns", u)]
    return text, query, opts


def run(cmd, **kw):
    r = subprocess.run(cmd, capture_output=True, text=True, **kw)
    try:
        return json.loads(r.stdout)
    except ValueError:
        return {"errors": [{"code": "crash", "message": (r.stdout + r.stderr)[:300]}]}


VAR = re.compile(r"^(__local.*|\$.*|_term_.*|_ref_.*|.*\d+)$")


def rename(x, names):
    if isinstance(x, dict):
        if x.get("type") == "var" and VAR.match(x["value"]):
            return {"type": "var", "value": names.setdefault(x["value"], "v%d" % len(names))}
        if "body" in x and "head" in x:
            return {k: rename(x[k], names) for k in ("head", "body", "default") if k in x}
        return {k: rename(v, names) for k, v in x.items()}
    return [rename(v, names) for v in x] if isinstance(x, list) else x


def canonical(p):
    """Variables by first appearance, rules sorted, generated rule names by first appearance."""
    if "errors" in p:
        code = p["errors"][0].get("code") or ""
        return "evaluation error" if code.startswith("eval_") else "compile error"
    p = p.get("partial", {})
    qs = [rename(q, {}) for q in p.get("queries") or []]
    mods = []
    for m in p.get("modules") or []:
        rules = [rename(r, {}) for r in m.get("rules", [])]
        rules.sort(key=lambda r: re.sub(r"__not\d+_\d+_\d+__", "__not__", json.dumps(r, sort_keys=True)))
        mods.append([m["package"], rules])
    mods.sort(key=lambda m: json.dumps(m[0]))
    names = {}
    text = json.dumps([qs, mods], sort_keys=True)
    return re.sub(r"__not\d+_\d+_\d+__", lambda m: names.setdefault(m.group(0), "__not%d__" % len(names)), text)


def random_input(r):
    base = dict(rego_diff.INPUT)
    base.update({"user": r.choice(["bob", "al", "x", 3]), "op": r.choice(["read", "write", "x"]), "level": r.choice([1, 3, 7]),
                 "n": r.choice([1, 3, 9, "x"]), "want": r.choice(["bob", 1, "read"]), "k-1": r.choice([1, "x"]),
                 "roles": [{"name": r.choice(["x", "read", "bob"])} for _ in range(r.randint(0, 2))],
                 "tags": r.choice([{"team": "x"}, {}, {"a": "read"}]), "flag": r.choice([True, False]),
                 "items": [{"size": r.choice([0, 1, 3])} for _ in range(r.randint(0, 3))],
                 "m": r.choice([{"read": 7, "x": 1}, {}, {"write": 3}])})
    for k in list(base):
        if r.random() < 0.15:
            del base[k]
    return base


def rows(x, names):
    """The set of bindings of the query's variables; None on an error. What cannot be by its types never holds."""
    if "errors" in x:
        return set() if all(e.get("code") == "rego_type_error" for e in x["errors"]) else None
    return {json.dumps({k: v for k, v in row.get("bindings", {}).items() if k in names}, sort_keys=True)
            for row in x.get("result", []) if all(e["value"] is not False for e in row["expressions"])}


def sound(seawall, program, d, seed, query, opts):
    """What `program` leaves of the query, on random inputs: (ok, note)."""
    if "--unknowns" in opts and "input" not in opts:
        return True, ""  # the rest of the input was said to be undefined
    names = [v for v in ("x", "y") if re.search(r"\b%s\b" % v, re.sub(r"data\.t\.\w+(\.x)?", "", query)) and ":=" not in query]
    src = subprocess.run(program + ["-p", "-f", "source", "-d", d + "/t.rego", "-d", d + "/data.json", query] + opts,
                         capture_output=True, text=True)
    if src.returncode:
        return False, "no source: " + src.stderr
    queries, mods = [], []
    for piece in re.split(r"(?m)^(?=# (?:Query|Module) \d+$)", src.stdout):
        if piece.startswith("# Query"):
            queries.append(piece.split("\n", 1)[1].strip() or "true")
        elif piece.startswith("# Module"):
            mods.append(piece.split("\n", 1)[1])
    paths = []
    for i, m in enumerate(mods):
        paths += ["-d", "%s/s%d.rego" % (d, i)]
        with open("%s/s%d.rego" % (d, i), "w") as f:
            f.write(m)
    r = random.Random(seed)
    for _ in range(3):
        with open(d + "/input.json", "w") as f:
            json.dump(random_input(r), f)
        base = [seawall, "policy", "eval", "-d", d + "/t.rego", "-d", d + "/data.json", "-i", d + "/input.json"]
        want = rows(run(base + [query]), names)
        have = set()
        for q in queries:
            one = rows(run(base + paths + [q]), names)
            if one is None:
                have = None
                break
            have |= one
        if want is not None and have != want:
            return False, "want %s have %s\n%s" % (want, have, open(d + "/input.json").read())
    return True, ""


def main():
    seawall = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    opa = os.environ.get("OPA") or shutil.which("opa")
    n = bad = same = compared = 0
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/data.json", "w") as f:
            json.dump(DATA, f)
        for i in range(count):
            text, query, opts = program(seed * 100003 + i)
            with open(d + "/t.rego", "w") as f:
                f.write(text)
            args = ["-p", "-f", "json", "-d", d + "/t.rego", "-d", d + "/data.json", query] + opts
            us = run([seawall, "policy", "eval"] + args)
            note = "program %d of seed %d" % (i, seed)
            lines = []
            n += 1
            if opa:
                them = run([opa, "eval"] + args)
                ok = canonical(us) == canonical(them)
                compared += 1
                same += ok
                if not ok and "errors" not in them and not sound(seawall, [opa, "eval"], d, i, query, opts)[0]:
                    print("ok %d - as opa: %s # skip what opa leaves means something else" % (n, note))
                else:
                    print("%sok %d - as opa: %s" % ("" if ok else "not ", n, note))
                    if not ok:
                        lines += ["here " + json.dumps(us), "opa  " + json.dumps(them)]
            else:
                print("ok %d - as opa: %s # skip opa is not installed" % (n, note))
            n += 1
            ok, why = (True, "") if "errors" in us else sound(seawall, [seawall, "policy", "eval"], d, i, query, opts)
            if not ok and opa and canonical(us) == canonical(them):
                print("ok %d - means the same: %s # skip neither does what opa leaves" % (n, note))
                ok, why = True, ""
            else:
                print("%sok %d - means the same: %s" % ("" if ok else "not ", n, note))
            if why:
                lines.append(why)
            if lines:
                bad += 1
                for line in lines + [text, "query " + query + " " + " ".join(opts)]:
                    print("".join("# " + x[:2000] + "\n" for x in line.splitlines()), end="")
    print("1..%d\n# %d of %d programs as OPA has them" % (n, same, compared))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
