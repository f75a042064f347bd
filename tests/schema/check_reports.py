#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the golden reports, which hold hostile names, and the binary's own output against the published rules of each
format. JSON Schema: the part that our schemas use, in a hundred lines. TAP."""
import csv
import html.parser
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests", "golden")
URI = re.compile(r"^(file://)?[A-Za-z0-9\-._~/%]*$")


def golden(name):
    return open(os.path.join(GOLDEN, name), "rb").read()


def need(cond, what):
    if not cond:
        raise AssertionError(what)


# ---- JSON Schema ----

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float),
         "integer": int}


def is_type(v, name):
    if isinstance(v, bool) and name in ("integer", "number"):
        return False
    return isinstance(v, TYPES[name])


def validate(schema, v, root, path="$"):
    known = {"$schema", "$id", "$ref", "$defs", "title", "description", "type", "properties", "required", "items", "enum",
             "const", "pattern", "minimum", "maximum", "minLength", "additionalProperties"}
    need(not set(schema) - known, f"schema uses {set(schema) - known}, which this validator does not know")
    if "$ref" in schema:
        target = root
        for part in schema["$ref"][2:].split("/"):
            target = target[part]
        return validate(target, v, root, path)
    types = schema.get("type")
    if types:
        types = [types] if isinstance(types, str) else types
        need(any(is_type(v, t) for t in types), f"{path} is {type(v).__name__}, want {types}")
    need("const" not in schema or v == schema["const"], f"{path} is not {schema.get('const')!r}")
    need("enum" not in schema or v in schema["enum"], f"{path} is {v!r}, want one of {schema.get('enum')}")
    if isinstance(v, str):
        need("pattern" not in schema or re.search(schema["pattern"], v), f"{path} does not match {schema.get('pattern')}")
        need(len(v) >= schema.get("minLength", 0), f"{path} is too short")
    if isinstance(v, (int, float)) and not isinstance(v, bool):
        need(v >= schema.get("minimum", v), f"{path} is below the minimum")
        need(v <= schema.get("maximum", v), f"{path} is above the maximum")
    if isinstance(v, list) and "items" in schema:
        for i, one in enumerate(v):
            validate(schema["items"], one, root, f"{path}[{i}]")
    if isinstance(v, dict):
        for k in schema.get("required", []):
            need(k in v, f"{path}.{k} is missing")
        props = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        for k, one in v.items():
            if k in props:
                validate(props[k], one, root, f"{path}.{k}")
            else:
                need(more is not False, f"{path}.{k} is not in the schema")
                if isinstance(more, dict):
                    validate(more, one, root, f"{path}.{k}")


# ---- the formats ----

def check_json(text):
    schema = json.load(open(os.path.join(ROOT, "content", "schemas", "report.schema.json")))
    doc = json.loads(text)
    validate(schema, doc, schema)
    rules = {r["id"] for r in doc["rules"]}
    need(all(f["rule"] in rules for f in doc["findings"]), "a finding's rule is not in rules")


def check_location(loc):
    phys = loc.get("physicalLocation")
    need(phys or loc.get("logicalLocations"), "a location that says nothing")
    if phys:
        need(URI.match(phys["artifactLocation"]["uri"]), f"not a URI: {phys['artifactLocation']['uri']}")
        region = phys.get("region")
        if region:
            need(region["startLine"] >= 1, "startLine below 1")
            need(region.get("startColumn", 1) >= 1 and region.get("endColumn", 1) >= 1, "column below 1")
            need(region.get("endLine", region["startLine"]) >= region["startLine"], "endLine before startLine")
            need(set(region) <= {"startLine", "startColumn", "endLine", "endColumn", "byteOffset", "byteLength"}, "region")


def check_sarif(text):
    doc = json.loads(text)
    need(doc["version"] == "2.1.0" and set(doc) == {"$schema", "version", "runs"}, "top level")
    for run in doc["runs"]:
        need(set(run) <= {"tool", "invocations", "results", "columnKind"}, "run has unknown members")
        driver = run["tool"]["driver"]
        need(driver["name"], "driver without a name")
        ids = [r["id"] for r in driver["rules"]]
        need(len(ids) == len(set(ids)), "rule ids repeat")
        for r in driver["rules"]:
            need(set(r) <= {"id", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration",
                            "properties"}, "rule has unknown members")
            need(r["shortDescription"]["text"] and r["fullDescription"]["text"] and r["help"]["text"], "empty text")
            need(r["defaultConfiguration"]["level"] in ("none", "note", "warning", "error"), "level")
            need(r.get("helpUri", "https://").startswith(("https://", "http://")), "helpUri")
            need(0 <= float(r["properties"]["security-severity"]) <= 10, "security-severity")
            tags = r["properties"]["tags"]
            need(len(tags) == len(set(tags)), "tags repeat")
        for r in run["results"]:
            need(set(r) <= {"ruleId", "ruleIndex", "kind", "level", "message", "locations", "relatedLocations",
                            "partialFingerprints", "baselineState", "suppressions", "properties"}, "result members")
            need(ids[r["ruleIndex"]] == r["ruleId"], "ruleIndex does not fit ruleId")
            need(r["kind"] in ("pass", "open", "informational", "notApplicable", "review", "fail"), "kind")
            need(r["kind"] == "fail" or r["level"] == "none", "a result that is no failure must have level none")
            need(r["message"]["text"], "empty message")
            need(re.fullmatch("[0-9a-f]{32}", r["partialFingerprints"]["seawall/v1"]), "fingerprint")
            need(r.get("baselineState", "new") in ("new", "unchanged", "updated", "absent"), "baselineState")
            for s in r["suppressions"]:
                need(s["kind"] in ("inSource", "external") and s["status"] in ("accepted", "underReview", "rejected"), "supp")
            for loc in r["locations"] + r.get("relatedLocations", []):
                check_location(loc)
        for inv in run["invocations"]:
            need(isinstance(inv["executionSuccessful"], bool), "executionSuccessful")
            for n in inv["toolExecutionNotifications"]:
                need(n["level"] in ("none", "note", "warning", "error") and n["message"]["text"], "notification")
                for loc in n.get("locations", []):
                    check_location(loc)
        need(not all(i["executionSuccessful"] for i in run["invocations"]) or
             not any(i["toolExecutionNotifications"] for i in run["invocations"]), "success with notifications")
        need(run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints"), "columnKind")


def check_junit(text):
    root = ET.fromstring(text)
    need(root.tag == "testsuites", "root")
    total = {"tests": 0, "failures": 0, "errors": 0}
    for suite in root:
        need(suite.tag == "testsuite" and suite.get("name"), "testsuite")
        cases = list(suite)
        need(int(suite.get("tests")) == len(cases), "tests is not the number of cases")
        for what, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            need(int(suite.get(what)) == sum(c.find(tag) is not None for c in cases), what)
        for c in cases:
            need(c.tag == "testcase" and c.get("name") and c.get("classname"), "testcase")
            need(len(c) <= 1, "a case has one outcome")
        for k in total:
            total[k] += int(suite.get(k))
    for k, n in total.items():
        need(int(root.get(k)) == n, f"{k} of testsuites is {root.get(k)}, the suites have {n}")


class Page(html.parser.HTMLParser):
    VOID = {"meta", "input", "br", "link", "img"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.tags, self.scripts, self.text = [], {}, [], []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            need(not name.startswith("on"), f"event handler {name}")
            need(name not in ("href", "src") or (value or "").startswith(("https://", "http://")), f"{name}={value}")
            need(name != "style", "inline style")
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        need(self.stack and self.stack[-1] == tag, f"</{tag}> closes {self.stack[-1:]}")
        self.stack.pop()

    def handle_data(self, data):
        (self.scripts if self.stack[-1:] == ["script"] else self.text).append(data)


def check_html(text):
    page = Page()
    page.feed(text.decode())
    page.close()
    need(not page.stack, f"not closed: {page.stack}")
    need(page.tags["script"] == 1 and page.tags["style"] == 1 and "img" not in page.tags and "link" not in page.tags, "foreign tags")
    need("alert(1)" not in "".join(page.scripts), "data in the script")
    need("<script>alert(1)</script>" in "".join(page.text), "the hostile title must be visible as text")
    need(page.tags["h1"] == 1 and page.tags["main"] == 1, "landmarks")


def check_csv(text):
    need(text.endswith(b"\r\n"), "last line end")
    rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
    need(all(len(r) == 20 for r in rows), "columns")
    for r in rows[1:]:
        for cell in r:
            need(not cell or cell[0] not in "=+-@\t\r", f"formula: {cell!r}")


def check_github(text):
    for line in text.decode(errors="surrogateescape").splitlines():
        m = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        need(m, f"not one workflow command: {line!r}")
        for prop in m.group(2).split(","):
            need(re.match(r"^(file|line|endLine|col|title)=", prop), f"property {prop!r}")
    need(b"\x1b" not in text, "escape byte")


def check_markdown(text):
    body = text.decode()
    need("<script" not in body and "<img" not in body, "markup")
    need(not re.search(r"(?<!\\)\]\(javascript", body), "link")
    need("@everyone" not in body, "mention")
    for line in body.splitlines():
        if line.startswith("| ") and "`" in line:
            cells = re.split(r"(?<!\\)\|", line)
            need(len(cells) == 5, f"table row has {len(cells) - 2} cells: {line!r}")


def check_reports_crd(text, api, kinds, source):
    doc = json.loads(text)
    need(doc["kind"] == "List" and doc["apiVersion"] == "v1", "List")
    names = set()
    for r in doc["items"]:
        need(r["apiVersion"] == api and r["kind"] in kinds, r["kind"])
        allowed = {"apiVersion", "kind", "metadata", "scope", "summary", "results"} | ({"source"} if source else set())
        need(set(r) <= allowed, f"unknown members {set(r) - allowed}")
        name = r["metadata"]["name"]
        need(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) and len(name) <= 63, "metadata.name")
        key = (r["kind"], r["metadata"].get("namespace"), name)
        need(key not in names, "name repeats")
        names.add(key)
        need(("namespace" in r["metadata"]) <= (r["kind"] == kinds[0]), "namespace in a cluster report")
        need(set(r["summary"]) == {"pass", "fail", "warn", "error", "skip"}, "summary")
        need(sum(r["summary"].values()) == len(r["results"]), "summary does not add up")
        for x in r["results"]:
            need(set(x) <= {"source", "policy", "rule", "category", "severity", "result", "scored", "message", "timestamp",
                            "properties", "resources"}, "result members")
            need(x["policy"] and x["result"] in ("pass", "fail", "warn", "error", "skip"), "result")
            need(x["severity"] in ("critical", "high", "medium", "low", "info"), "severity")
            need(set(x["timestamp"]) == {"seconds", "nanos"}, "timestamp")
            need(all(isinstance(v, str) for v in x["properties"].values()), "properties are strings")


def check_schema_command(binary):
    names = subprocess.run([binary, "schema"], capture_output=True, check=True).stdout.decode().split()
    need("report" in names and "finding" in names, "names")
    for n in names:
        doc = json.loads(subprocess.run([binary, "schema", n], capture_output=True, check=True).stdout)
        need(doc["$schema"] and doc["$id"].startswith("seawall.dev/"), n)


def check_frameworks(binary):
    """Every control that a check names is in its framework's file."""
    run = lambda what: json.loads(subprocess.run([binary, "list", what, "-o", "json"], capture_output=True, check=True).stdout)
    controls = {f["name"]: {c["id"] for c in f["controls"]} for f in run("frameworks")}
    missing = set()
    for check in run("checks"):
        for ref in check["frameworks"]:
            if ref["control"] not in controls.get(ref["framework"], ()):
                missing.add(f"{ref['framework']} {ref['control']} ({check['name']})")
    need(not missing, "not in content/frameworks: " + ", ".join(sorted(missing)))


def check_rows(binary):
    """Help, man pages and completions know every command and option of `help --json`."""
    run = lambda *args: subprocess.run([binary, *args], capture_output=True, check=True).stdout.decode()
    doc = json.loads(run("help", "--json"))
    listing, bash = run("help"), run("completion", "bash")
    need(subprocess.run(["bash", "-n"], input=bash.encode()).returncode == 0, "bash cannot read the completion")
    for c in doc["commands"]:
        need(f"\n  {c['name']} " in listing, f"help does not list {c['name']}")
        text, page = run("help", *c["name"].split()), run("man", *c["name"].split())
        need(page.startswith(".TH ") and ".SH SYNOPSIS" in page, f"man page of {c['name']}")
        need(f'"{c["name"]}")' in bash, f"completion does not know {c['name']}")
        for o in c["options"]:
            need(f"--{o['name']}" in text, f"help {c['name']} lacks --{o['name']}")
            need("\\-\\-" + o["name"].replace("-", "\\-") in page, f"man {c['name']} lacks --{o['name']}")
            need(f"--{o['name']} " in bash, f"completion lacks --{o['name']}")
            need("env" not in o or o["env"] == "SEAWALL_" + o["name"].upper().replace("-", "_"), "env")


def check_real_scan(binary):
    out = subprocess.run([binary, "scan", "--fail-on", "never", "-o", "json", os.path.join(ROOT, "examples")],
                         capture_output=True, check=True).stdout
    again = subprocess.run([binary, "scan", "--fail-on", "never", "-o", "json", os.path.join(ROOT, "examples")],
                           capture_output=True, check=True).stdout
    need(out == again, "two runs differ")
    check_json(out)
    prints = [f["fingerprint"] for f in json.loads(out)["findings"]]
    need(len(prints) == len(set(prints)), "fingerprints repeat within the example")


def main(binary):
    checks = [
        ("json against our schema", lambda: check_json(golden("report.json"))),
        ("sarif against 2.1.0", lambda: check_sarif(golden("report.sarif"))),
        ("junit against the xunit form", lambda: check_junit(golden("report.junit"))),
        ("html is well-formed and runs no data", lambda: check_html(golden("report.html"))),
        ("csv against RFC 4180, no formulas", lambda: check_csv(golden("report.csv"))),
        ("github commands cannot be injected", lambda: check_github(golden("report.github"))),
        ("markdown stays text", lambda: check_markdown(golden("report.markdown"))),
        ("policyreport against wgpolicyk8s.io/v1alpha2", lambda: check_reports_crd(
            golden("report.policyreport"), "wgpolicyk8s.io/v1alpha2", ["PolicyReport", "ClusterPolicyReport"], False)),
        ("openreports against openreports.io/v1alpha1", lambda: check_reports_crd(
            golden("report.openreports"), "openreports.io/v1alpha1", ["Report", "ClusterReport"], True)),
        ("every schema is valid JSON", lambda: check_schema_command(binary)),
        ("every control named by a check exists", lambda: check_frameworks(binary)),
        ("help, man pages and completions know every command and option", lambda: check_rows(binary)),
        ("the example's report fits its schema, twice the same", lambda: check_real_scan(binary)),
    ]
    tap = Tap()
    for name, fn in checks:
        try:
            fn()
            tap.ok(True, name)
        except Exception as e:  # a report that breaks the checker is as wrong as one that fails it
            tap.ok(False, name, f"{type(e).__name__}: {e}")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
