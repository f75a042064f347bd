#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falco_rules.py SEAWALL loader|cases: upstream's rule-loader tests and regression cases against the real binary; one
TAP line per test. Expectations are upstream's own assertions, read from the JSON they were converted to."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap  # noqa: E402

FALCO = os.path.join(SHARED, "conformance", "falco")
MESSAGES = {
    "ERROR_NO_PREVIOUS_MACRO":
        "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
    "ERROR_NO_PREVIOUS_LIST":
        "List uses 'append' or 'override.items: append' but no list by that name already exists",
    "ERROR_NO_PREVIOUS_RULE_APPEND":
        "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
    "ERROR_NO_PREVIOUS_RULE_REPLACE":
        "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists",
    "ERROR_OVERRIDE_APPEND":
        "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. "
        "'condition: append') under 'override' instead.",
    "WARNING_APPEND":
        "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
    "WARNING_ENABLED":
        "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry "
        "under the 'override' key (i.e. 'enabled: replace').",
}
T = Tap()


def run(args):
    return subprocess.run([SEAWALL] + args, capture_output=True, timeout=120, check=False)


# ---- rule loader ----

STRING = r'"((?:[^"\\]|\\.)*)"'


def literal(expr):
    """A C string expression: literals side by side, or the name of a message."""
    parts = re.findall(STRING, expr)
    if parts:
        return "".join(bytes(p, "utf-8").decode("unicode_escape") for p in parts)
    return MESSAGES.get(expr.strip(), "\0unknown message " + expr)


# What upstream's tests of exceptions have in front of their text; the data has lost it.
BASE = """
- rule: test_rule
  desc: test rule
  condition: evt.type = open
  output: command=%proc.cmdline
  priority: INFO
"""


class Loaded:
    def __init__(self, files):
        self.result = json.loads(run(["rules", "check", "-o", "json"] + files).stdout)["falco_load_results"][-1]
        out = run(["rules", "list", "-o", "json"] + files).stdout
        self.rules = json.loads(out)["rules"] if out and self.result["successful"] else []

    def rule(self, name):
        return next((r for r in self.rules if r["info"]["name"] == name), None)


def holds(a, x):
    """One assertion: True, False, or None when it is not understood."""
    m = re.match(r'(ASSERT|EXPECT)_(TRUE|FALSE)\((.*)\)$', a, re.S)
    if m:
        want, e = m.group(2) == "TRUE", m.group(3).strip()
        if e.startswith("load_rules"):
            return x.result["successful"] == want
        if e.startswith("has_warnings"):
            return bool(x.result["warnings"]) == want
        m2 = re.match(r'check_(error|warning)_message\((.*)\)$', e, re.S)
        if m2:
            text = literal(m2.group(2))
            return any(text in w["message"] for w in x.result[m2.group(1) + "s"]) == want
        m2 = re.match(r'std::string\(m_load_result_json\["(\w+)"\]\[0\]\["context"\]\["snippet"\]\)\s*\.find\((.*)\)'
                      r'\s*!= std::string::npos', e, re.S)
        if m2:
            return (literal(m2.group(2)) in x.result[m2.group(1)][0]["context"]["snippet"]) == want
        return None
    m = re.match(r'ASSERT_VALIDATION_STATUS\(yaml_helper::validation_(\w+)\)', a)
    if m:
        return x.result.get("schema_valid") == (None if m.group(1) == "none" else m.group(1) == "ok")
    m = re.match(r'(?:ASSERT|EXPECT)_EQ\(get_compiled_rule_(condition|output)\("([^"]*)"\),\s*(.*)\)$', a, re.S)
    if m:
        r = x.rule(m.group(2))
        return r is not None and r["details"][m.group(1) + "_compiled"] == literal(m.group(3))
    m = re.match(r'(?:ASSERT|EXPECT)_EQ\(num_rules_for_ruleset\(\),\s*(\d+)u?\)$', a)
    if m:
        return sum(r["info"]["enabled"] for r in x.rules) == int(m.group(1))
    m = re.match(r'ASSERT_EQ\(rule_description\["rules"\]\[0\]\["(\w+)"\]\["(\w+)"\]\.template get<(.*)>\(\),\s*(.*)\)$', a,
                 re.S)
    if m and x.rules:
        got, want = x.rules[0][m.group(1)][m.group(2)], m.group(4)
        if m.group(3) == "std::string":
            return got == literal(want)
        if m.group(3) == "bool":
            return got == (want == "true")
        return got == int(want.rstrip("u"))
    return None


def loader_case(t):
    if any(text.count('"') % 2 and text.rstrip()[-1] not in '"\']' for text in t["rules"]):
        return None, "its rule text is cut short in the data"
    with tempfile.TemporaryDirectory() as d:
        paths = []
        for i, text in enumerate(t["rules"]):
            paths.append(os.path.join(d, "rules%s.yaml" % (i or "")))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(BASE + text if text.lstrip().startswith("exceptions:") else text)
        x = Loaded(paths)
        bad = [(holds(a, x), a) for a in t["asserts"]]
        bad = [("not understood: " if h is None else "") + a for h, a in bad if not h]
        return not bad, "\n".join(bad) + "\n" + json.dumps(x.result)[:1500] + "\n" + json.dumps(
            [r["details"] for r in x.rules])[:600]


# ---- regression cases ----

def path_of(p):
    p = p.replace("LOCAL:/etc/falco/", "rules/").replace("k8s_audit/", "k8s_audit/events/")
    for base in (FALCO, os.path.join(FALCO, "testing")):
        if os.path.exists(os.path.join(base, p)):
            return os.path.join(base, p)
    return None


def counts(err):
    rules, prios = {}, {}
    for m in re.finditer(r"^   (.*): (\d+)$", err, re.M):
        rules[m.group(1)] = int(m.group(2))
    for p in ("Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"):
        prios[p.upper()] = rules.get(p, 0)
    prios["INFO"] = prios["INFORMATIONAL"]
    total = re.search(r"^Alerts: (\d+)$", err, re.M)
    return rules, prios, int(total.group(1)) if total else 0


def options(t):
    """What the test tells Falco besides its rules: Falco's configuration file and keys of it are understood."""
    out = []
    for c in t["configs"]:
        out += ["--falco-config", os.path.join(FALCO, "testing", c[1])]
    for a in t["args"]:
        if a[0] == "-o":
            out += ["--set", a[1]]
    for key, option in (("WithEnabledTags", "--tag"), ("WithDisabledTags", "--disable-tag"),
                        ("WithDisabledRules", "--disable"), ("WithMinRulePriority", "--priority")):
        for x in re.findall(r'"([^"]*)"', " ".join(t.get(key, []))):
            out += [option, x.lower() if option == "--priority" else x]
    return out


def judge(t, r, rules, prios, total):
    bad = []
    for e in t["expect"]:
        k = e[0]
        ok = True
        if k == "any_notzero":
            ok = total > 0
        elif k == "any_zero":
            ok = total == 0
        elif k == "prio_notzero":
            ok = prios.get(e[1], 0) > 0
        elif k == "prio_zero":
            ok = prios.get(e[1], 0) == 0
        elif k == "rule_count":
            ok = rules.get(e[1], 0) == e[2]
        elif k == "count":
            ok = total == e[1]
        elif k == "no_error":
            ok = r.returncode == 0
        elif k in ("error", "exit"):
            ok = (r.returncode != 0) if k == "error" or e[1] else r.returncode == 0
        if not ok:
            bad.append(json.dumps(e))
    return bad


def validation(t, files):
    r = run(["rules", "check", "-o", "json"] + files)
    res = json.loads(r.stdout)["falco_load_results"]
    bad = []
    for e in t["expect"]:
        if e[0] == "validation":
            errors = sum(len(x["errors"]) for x in res)
            warnings = sum(len(x["warnings"]) for x in res)
            if not (errors if e[1] == "AllErrors" else warnings):
                bad.append(json.dumps(e))
        if e[0] == "error" and r.returncode == 0 or e[0] == "no_error" and r.returncode != 0:
            bad.append(json.dumps(e))
        if e[0] == "raw":
            m = re.search(r'OfCode\(\s*\w*,?\s*"(\w+)"', e[1])
            if m and not any(x["code"] == m.group(1) for y in res for x in y["errors"] + y["warnings"]):
                bad.append(json.dumps(e))
    return bad, r


def strict(args, name):
    """Every line printed is one that Falco prints, byte for byte (JSON: as values)."""
    as_json = "Json" in name
    kind = "JSON__single_rule_with_cat_write.json" if as_json else "Text__single_rule_with_cat_write.txt"
    with open(os.path.join(FALCO, "testing", "configs", "SingleRuleWithCatWrite" + kind), encoding="utf-8") as f:
        want = f.read().splitlines()
    args = args + ["--no-suggested"]
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "alerts")
        got = run([a + path if a == "file_output.filename=" else a for a in args]).stdout.decode("utf-8").splitlines()
        if "File" in name:
            with open(path, encoding="utf-8") as f:
                got = f.read().splitlines()
    if "Program" in name:
        got = [x for x in got if x]
    if as_json:
        want, got = [json.loads(x) for x in want], [json.loads(x) for x in got]
    return got == want, "\n".join([str(x) for x in got if x not in want] + ["%d lines" % len(got)])


def raw(t, r):
    """[Not]Regexp(t, `pattern`, res.Stderr()|Stdout()): those that do not hold."""
    bad = []
    for e in t["expect"]:
        m = re.match(r"(Not)?Regexp\(t, `(.*)`, res\.Std(err|out)\(\)\)$", e[1]) if e[0] == "raw" else None
        if m and bool(re.search(m.group(2).encode(), r.stderr if m.group(3) == "err" else r.stdout)) == bool(m.group(1)):
            bad.append(json.dumps(e))
    return bad


def case(t):
    """One case: (ok, why) or (None, why it is skipped)."""
    name = t["test"]
    captures = [path_of(c[1]) for c in t["captures"]]
    rules = [path_of(r[1]) for r in t["rules"]]
    if None in captures or None in rules:
        return None, "not there: " + [x[1] for x in t["captures"] + t["rules"] if path_of(x[1]) is None][0]
    if t["validate"] and rules:
        bad, r = validation(t, rules)
        return not bad, "\n".join(bad) + "\n" + r.stdout.decode("utf-8", "replace")[:1500]
    if not captures or not rules:
        return None, "a test of Falco's own command line"
    args = ["watch", "--replay", captures[0]]
    for f in rules:
        args += ["-r", f]
    args += options(t)
    # Falco's own tests ask for JSON with an option that the data has lost.
    if "Json" in name:
        args += ["-o", "json"]
    if name.endswith("Strict"):
        return strict(args, name)
    r = run(args)
    err = r.stderr.decode("utf-8", "replace")
    bad = judge(t, r, *counts(err)) + raw(t, r)
    return not bad, "\n".join(bad) + "\n" + " ".join(args) + "\n" + err[-800:]


def cases():
    run_all(os.path.join("testing", "cases.json"), case)


def run_all(path, judge_one):
    with open(os.path.join(FALCO, path), encoding="utf-8") as f:
        tests = json.load(f)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for t, (ok, why) in zip(tests, pool.map(judge_one, tests)):
            if ok is None:
                T.skip(t["test"], why)
            else:
                T.ok(ok, t["test"], why)


def files():
    for f in sorted(os.listdir(os.path.join(FALCO, "rules"))):
        r = run(["rules", "check", os.path.join(FALCO, "rules", f)])
        T.ok(r.returncode == 0, "loads " + f, r.stdout.decode("utf-8", "replace"))


def main():
    if not os.path.isdir(FALCO):
        T.skip("Falco's tests", FALCO + " is not there")
    elif sys.argv[2] == "loader":
        run_all(os.path.join("libs", "rule_loader_tests.json"), loader_case)
    else:
        files()
        cases()
    T.end()


SEAWALL = sys.argv[1]
os.environ["FALCO_HOSTNAME"] = "test-falco-hostname"
os.environ["SEAWALL_NO_DNS"] = "1"  # the answers would be those of today, not of the capture
main()
