#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `seawall admit` answers, and that it is what `scan` and Gatekeeper's suites say. TAP."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

from door import constraint, decided, LABELS, pod, replayed, review, reviewed, Server, SHARED, Tap, template, write

T = Tap()


def gatekeeper(binary):
    server = Server(binary, "--decision-log", "", "--exclude-namespace", "kube-*")
    server.args[1] = server.path("decisions")
    server.policy("a.yaml", LABELS, constraint("RequiredLabels", "owner", {"labels": ["owner"]}),
                  constraint("RequiredLabels", "team", {"labels": ["team"]}, action="warn"),
                  constraint("RequiredLabels", "cost", {"labels": ["cost"]}, action="dryrun"),
                  constraint("RequiredLabels", "here", {"labels": ["here"]}, action="scoped", scopedEnforcementActions=[
                      {"action": "deny", "enforcementPoints": [{"name": "validation.gatekeeper.sh"}]}]),
                  constraint("RequiredLabels", "elsewhere", {"labels": ["elsewhere"]}, action="scoped",
                             scopedEnforcementActions=[
                                 {"action": "deny", "enforcementPoints": [{"name": "audit.gatekeeper.sh"}]}]),
                  {"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"},
                   "spec": {"match": [{"processes": ["webhook"], "excludedNamespaces": ["tools"]}]}})
    with server:
        r = server.review(review(pod(labels={"owner": "a", "team": "b", "here": "c"})))
        T.ok(r["allowed"] is True and "status" not in r and "warnings" not in r, "allowed, nothing to say", r)
        T.ok(r.get("auditAnnotations") == {"noted-by": "RequiredLabels/cost"}, "dryrun is only noted", r)
        r = server.review(review(pod(labels={"owner": "a", "here": "c"})))
        T.ok(r["allowed"] and r["warnings"] == ["[team] label team is missing"], "warn lets pass with a warning", r)
        r = server.review(review(pod()))
        T.ok(not r["allowed"] and r["status"] == {
            "code": 403, "reason": "Forbidden",
            "message": "[here] label here is missing\n[owner] label owner is missing"},
             "denied with the messages of deny and scoped, in Gatekeeper's form", r)
        T.ok(r["auditAnnotations"]["denied-by"] == "RequiredLabels/here, RequiredLabels/owner", "denied-by", r)
        r = server.review(review(pod(), "DELETE"))
        T.ok(not r["allowed"], "DELETE is judged by oldObject", r)
        r = server.review(review(pod(ns="kube-system")))
        T.ok(r["allowed"] and "auditAnnotations" not in r, "an excluded namespace is let pass", r)
        r = server.review(review(pod(ns="tools")))
        T.ok(r["allowed"], "a Config's excluded namespace too", r)
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"},
                  "data": {"password": "aHVudGVyMg=="}}
        r = server.review(review(secret, resource="secrets"))
        T.ok(r["allowed"], "another kind does not match", r)
        m = server.get("/metrics")[1]
        T.ok('seawall_judgements_total{engine="gatekeeper",policy="RequiredLabels/owner",action="deny"} 2' in m,
             "judgements are counted by policy", m[-2000:])
        T.ok('seawall_reviews_total{result="excluded"} 2' in m and 'result="denied"} 2' in m, "and reviews by result", m)
        T.ok(server.metric("review_duration_seconds_count") == 7, "and their durations", m)
        server.wait(lambda: os.path.exists(server.path("decisions")) and
                    open(server.path("decisions")).read().count("\n") == 7)
        text = open(server.path("decisions")).read()
        lines = sorted((json.loads(line) for line in text.splitlines()), key=lambda x: x["uid"])
        T.ok([x["verdict"] for x in lines] == ["allowed", "allowed", "denied", "denied", "excluded", "excluded",
                                               "allowed"], "every verdict is a line of the decision log", text)
        T.ok("aHVudGVyMg" not in text and "hunter2" not in text, "which holds no Secret's data")
        T.ok(lines[2]["user"] == "jane" and {j["policy"] for j in lines[2]["judgements"]} == {
            "RequiredLabels/" + n for n in ("cost", "here", "owner", "team")}, "user and judgements are in it", lines[2])
        T.ok(oct(os.stat(server.path("decisions")).st_mode & 0o777) == "0o600", "and only its owner may read it")


def audit_annotations(binary):
    """auditAnnotations of ValidatingAdmissionPolicies, and what bindings with the action Audit find."""
    kind = {"apiVersion": "admissionregistration.k8s.io/v1"}
    pods = {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}

    def binding(name, policy, *actions, **more):
        return {**kind, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
                "spec": {"policyName": policy, "validationActions": list(actions), **more}}
    server = Server(binary, "--decision-log", "")
    server.args[-1] = server.path("decisions")
    inventory = server.path("inventory")
    os.mkdir(inventory)
    for name in ("one", "two"):
        write(f"{inventory}/{name}.json", json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
            "name": name, "namespace": "default", "labels": {"p": "q"}}, "data": {"v": name}}))
    server.args += ["--inventory", inventory]
    server.policy("a.yaml", {
        **kind, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "noted"},
        "spec": {"matchConstraints": pods, "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
                 "validations": [{"expression": "true"}, {"expression": "object.metadata.name != 'bad'", "message": "a bad name"}],
                 "auditAnnotations": [
                     {"key": "who", "valueExpression": "' ' + request.userInfo.username"},
                     {"key": "param", "valueExpression": "params.data.v"},
                     {"key": "nothing", "valueExpression": "object.metadata.name == 'x' ? 'x' : ' '"},
                     {"key": "k" * 60, "valueExpression": "'long'"}]}},
        binding("all", "noted", "Warn", "Audit", paramRef={"selector": {"matchLabels": {"p": "q"}}, "parameterNotFoundAction": "Deny"}),
        binding("deny", "noted", "Deny", paramRef={"name": "one", "parameterNotFoundAction": "Deny"}), {
        **kind, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "broken"},
        "spec": {"matchConstraints": pods, "auditAnnotations": [
            {"key": "x", "valueExpression": "object.metadata.name == 'bad' ? string(object.nothing) : ''"}]}},
        binding("quiet", "broken", "Audit"))
    with server:
        r = server.review(review(pod("good")))
        T.ok(r["allowed"] and r.get("auditAnnotations") == {"noted.who": "jane", "noted.param": "one, two"},
             "auditAnnotations, joined where bindings and parameters differ", r)
        r = server.review(review(pod("bad")))
        failures = json.loads(r["auditAnnotations"].get("validation_failure", "null"))
        T.ok(failures == 2 * [{"message": "a bad name", "policy": "noted", "binding": "all", "expressionIndex": 1,
                               "validationActions": ["Warn", "Audit"]}], "validation_failure, in the API server's form", r)
        T.ok(r["status"]["message"].count("[noted/deny] a bad name") == 1 and
             "expression 'object.metadata.name == 'bad' ? string(object.nothing) : ''' resulted in error: no such key: "
             "nothing" in r["status"]["message"],
             "an annotation that fails denies, whatever the binding's actions are", r)
        server.wait(lambda: os.path.exists(server.path("decisions")) and
                    open(server.path("decisions")).read().count("\n") == 2)
        line = json.loads(open(server.path("decisions")).read().splitlines()[0])
        T.ok(line.get("auditAnnotations") == {"noted/who": "jane", "noted/param": "one, two", "noted/" + "k" * 60: "long"},
             "all of them are in the decision log", line)


def secrets(binary):
    server = Server(binary, "--decision-log", "")
    server.args[1] = server.path("decisions")
    server.policy("a.yaml", template("Leaky", 'package leaky\nviolation[{"msg": msg}] '
                                              '{ msg := sprintf("got %v", [input.review.object.data]) }'),
                  constraint("Leaky", "leaky", match={"kinds": [{"apiGroups": [""], "kinds": ["*"]}]}))
    with server:
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"},
                  "data": {"password": "aHVudGVyMg=="}}
        r = server.review(review(secret, resource="secrets"))
        T.ok(not r["allowed"], "a policy about Secrets denies")
        server.wait(lambda: os.path.exists(server.path("decisions")) and open(server.path("decisions")).read())
        text = open(server.path("decisions")).read()
        T.ok("aHVudGVyMg" not in text and "redacted" in text, "its message is not logged", text)


def many(binary):
    """More warnings than are kept must not hide a denial behind them."""
    server = Server(binary, "--inline", "1s")
    server.policy("a.yaml", template("Many", """package many
violation[{"msg": msg}] { n := numbers.range(1, 6000)[_]; msg := sprintf("%v", [n]) }"""),
                  constraint("Many", "a", action="warn"), LABELS,
                  constraint("RequiredLabels", "z", {"labels": ["owner"]}))
    with server:
        r = server.review(review(pod()))
        T.ok(not r["allowed"] and r["status"]["code"] == 403, "a denial behind 6,000 warnings still denies", r["allowed"])


def envelope(binary):
    good = review(pod())
    server = Server(binary)
    with server:
        c = server.connect()
        for name, change in [
            ("no JSON", "{"), ("nothing", ""), ("a list", "[]"), ("two values", "{} {}"),
            ("another kind", {**good, "kind": "Review"}), ("v1beta1", {**good, "apiVersion": "admission.k8s.io/v1beta1"}),
            ("no request", {**good, "request": None}), ("no uid", {**good, "request": {**good["request"], "uid": ""}}),
            ("a uid that is no string", {**good, "request": {**good["request"], "uid": 7}}),
            ("deep nesting", '{"kind":' + "[" * 5000 + "]" * 5000 + "}"),
            ("a repeated key", '{"kind":"AdmissionReview","kind":"AdmissionReview"}'),
        ]:
            status, text = server.post(change, connection=c)
            T.ok(status == 400 and text, f"{name}: 400", (status, text))
        for name, field, value in [("operation", "operation", "PATCH"), ("no object", "object", None),
                                   ("object is a list", "object", []), ("kind", "kind", "Pod"),
                                   ("no resource", "resource", None), ("dryRun", "dryRun", "yes"),
                                   ("namespace", "namespace", 1)]:
            body = {**good, "request": {**good["request"], field: value}}
            r = server.review(body, connection=c)
            T.ok(r["allowed"] and r["auditAnnotations"]["undecided"] and r["warnings"],
                 f"wrong {name}: answered by the fail policy", r)
        status, _ = server.post(good, "/nothing", connection=c)
        T.ok(status == 404, "another path: 404", status)
        status, _ = server.post(good, headers={"Content-Type": "text/plain"}, connection=c)
        T.ok(status == 415, "another type: 415", status)
        c.request("GET", "/validate")
        T.ok(c.getresponse().read() and True, "GET is answered")
        T.ok(server.get("/validate")[0] == 404, "no reviews without TLS")
        T.ok(server.get("/healthz") == (200, "ok\n"), "healthz")
        T.ok(server.review(good)["allowed"], "and a good one is still judged")
    closed = Server(binary, "--fail-policy", "closed")
    with closed:
        r = closed.review({**good, "request": {**good["request"], "operation": "PATCH"}})
        T.ok(not r["allowed"] and r["status"]["code"] == 400, "fail-closed: denied with 400", r)


def checks(binary):
    bad = pod(hostNetwork=True)
    bad["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    server = Server(binary, "--pss", "baseline:v1.30", "--pss-warn", "restricted", "--inventory", "")
    inventory = server.path("inventory")
    server.args[-1] = inventory
    write(inventory + "/ns.json", json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": "open", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}))
    with server:
        r = server.review(review(bad))
        T.ok(not r["allowed"] and 'violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true), privileged'
             in r["status"]["message"], "--pss denies in upstream's words", r)
        r = server.review(review(pod()))
        T.ok(r["allowed"] and 'would violate PodSecurity "restricted:latest"' in r["warnings"][0], "--pss-warn warns", r)
        bad["metadata"]["namespace"] = "open"
        T.ok(server.review(review(bad))["allowed"], "the namespace's label decides")
        dep = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "default"},
               "spec": {"template": {"spec": bad["spec"]}}}
        T.ok(server.review(review(dep, resource="deployments"))["allowed"], "templates are not refused, as upstream")
        bad["metadata"]["namespace"] = "default"
        r = server.review(review({**bad, "metadata": {**bad["metadata"], "labels": {"new": "1"}}}, "UPDATE", old=bad))
        T.ok(r["allowed"], "an update that leaves the spec alone is let pass", r)
        r = server.review(review(bad, "UPDATE", old=pod()))
        T.ok(not r["allowed"], "one that changes it is judged", r)


def own_policies(binary):
    with tempfile.TemporaryDirectory() as d:
        write(d + "/rego/a.rego", 'package main\nimport rego.v1\ndeny contains msg if { input.kind == "Pod"; '
                                  'input.spec.hostPID; msg := "no hostPID" }\nwarn_tag contains {"msg": "tag me"} if '
                                  'endswith(input.spec.containers[_].image, ":latest")\n')
        write(d + "/rego/old.rego", 'package team.old\nviolation[msg] { input.metadata.name == "old"; msg = "old" }\n')
        write(d + "/rego/a_test.rego", "broken")
        with Server(binary, "--rego", d + "/rego") as server:
            r = server.review(review(pod(hostPID=True)))
            T.ok(not r["allowed"] and r["status"]["message"] == "[main.deny] no hostPID", "--rego: deny", r)
            p = pod()
            p["spec"]["containers"][0]["image"] = "x:latest"
            r = server.review(review(p))
            T.ok(r["allowed"] and r["warnings"] == ["[main.warn_tag] tag me"], "--rego: warn", r)
            r = server.review(review(pod("old")))
            T.ok(not r["allowed"] and "[team.old.violation] old" in r["status"]["message"], "--rego: Rego v0", r)
        run = subprocess.run([binary, "admit", "--cert", "x", "--key", "y"], capture_output=True, text=True)
        T.ok(run.returncode == 2 and "x: " in run.stderr, "a certificate that is not there: exit 2", run.stderr)
        server = Server(binary, "--enforce", "SW-NO-SUCH")
        try:
            with server:
                T.ok(False, "an unknown check is refused")
        except RuntimeError as e:
            T.ok("SW-NO-SUCH" in str(e), "an unknown check is refused", e)


def cluster_checks():
    """Checks that look at the whole cluster, which the door does not see."""
    found = set()
    for base, _, files in os.walk(os.path.join(os.environ.get("SW_SOURCE_ROOT", "../.."), "content/checks")):
        for f in files:
            text = open(os.path.join(base, f), encoding="utf-8").read()
            if re.search(r"#\s+input: *\n?#?\s*\{?cluster: true", text):
                found |= set(re.findall(r"#\s+id: (\S+)", text))
    return found


def built_in(binary):
    """The findings of scan and of the door about the same objects are the same."""
    listed = subprocess.run([binary, "list", "checks", "-o", "json"], capture_output=True, text=True)
    ids = {c.get("name") for c in json.loads(listed.stdout or "[]")} if listed.returncode == 0 else set()
    if not any(str(i).startswith("SW-POD") for i in ids):
        return T.skip("parity of scan and admit", "this build has no built-in checks")
    bad = pod(hostNetwork=True)
    bad["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    clean = pod("clean", automountServiceAccountToken=False)
    objects = [bad, clean, pod("path", volumes=[{"name": "v", "hostPath": {"path": "/"}}]),
               {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "all"},
                "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
               {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "default"},
                "spec": {"type": "NodePort", "ports": [{"port": 80}], "externalIPs": ["1.2.3.4"]}}]
    server = Server(binary, "--enforce-severity", "info", "--decision-log", "")
    server.args[-1] = server.path("decisions")
    with server:
        for i, o in enumerate(objects):
            server.review(review(o, resource="things"))
            server.wait(lambda: os.path.exists(server.path("decisions")) and
                        open(server.path("decisions")).read().count("\n") == i + 1)
            line = json.loads(open(server.path("decisions")).read().splitlines()[-1])
            door = {(j["policy"], j["message"]) for j in line.get("judgements", []) if j["engine"] == "check"}
            run = subprocess.run([binary, "scan", "--fail-on", "never", "-o", "json", "-"], input=json.dumps(o),
                                 capture_output=True, text=True)
            scan = {(f["rule"] if isinstance(f["rule"], str) else f["rule"]["id"], f["message"])
                    for f in json.loads(run.stdout)["findings"] if f.get("verdict", "fail") != "pass"}
            scan = {x for x in scan if x[0] not in cluster_checks()}
            replay = replayed(binary, [review(o, resource="things")], "--enforce-severity", "info").get(0, set())
            T.ok(door == replay, f"parity of admit and replay: {o['kind']} {o['metadata']['name']}",
                 f"only replay: {sorted(replay - door)}\nonly admit: {sorted(door - replay)}")
            T.ok(door == scan, f"parity of scan and admit: {o['kind']} {o['metadata']['name']}, {len(scan)} findings",
                 f"only scan: {sorted(scan - door)}\nonly admit: {sorted(door - scan)}")
        r = server.review(review({**bad, "metadata": {**bad["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}},
                                 "UPDATE", old=bad))
        T.ok(r["allowed"], "what is being deleted is let go", r)
    some = sorted(i for i in ids if str(i).startswith("SW-POD"))[:1]
    with Server(binary, "--enforce", some[0]) as server:
        r = server.review(review(bad))
        T.ok(r["allowed"] or f"[{some[0]}]" in r["status"]["message"], "--enforce names the check", r)


def mutate(binary):
    with tempfile.TemporaryDirectory() as d:
        write(d + "/a.rego", """# METADATA
# scope: package
# title: Token is not mounted
# description: The token is a key.
# custom:
#   id: OWN-001
#   severity: high
#   category: workload
#   remediation: Set it to false.
#   input: {workload: true}
package seawall.checks.token

import rego.v1

deny contains {"msg": "token", "path": ["spec", "automountServiceAccountToken"],
  "fix": [{"op": "set", "path": ["spec", "automountServiceAccountToken"], "value": false}]} if {
  not input.spec.automountServiceAccountToken == false
}
""")
        try:
            with Server(binary, "--policy", d, "--fix", "OWN-001") as server:
                r = server.review(review(pod()), "/mutate")
                patch = json.loads(base64.b64decode(r["patch"])) if "patch" in r else None
                T.ok(r["allowed"] and r.get("patchType") == "JSONPatch" and patch == [
                    {"op": "add", "path": "/spec/automountServiceAccountToken", "value": False}], "/mutate patches", r)
                r = server.review(review(pod(automountServiceAccountToken=False)), "/mutate")
                T.ok(r["allowed"] and "patch" not in r and "patchType" not in r, "/mutate leaves alone what is good", r)
                r = server.review(review(pod()))
                T.ok(r["allowed"] and "patch" not in r, "/validate never patches", r)
        except RuntimeError as e:
            T.ok(False, "/mutate patches", e)


def gatekeeper_mutation(binary):
    with_mutators = Server(binary)
    with_mutators.policy("a.yaml", {
        "apiVersion": "mutations.gatekeeper.sh/v1", "kind": "Assign", "metadata": {"name": "no-token"},
        "spec": {"applyTo": [{"groups": [""], "kinds": ["Pod"], "versions": ["v1"]}],
                 "match": {"scope": "Namespaced", "kinds": [{"apiGroups": ["*"], "kinds": ["Pod"]}]},
                 "location": "spec.automountServiceAccountToken", "parameters": {"assign": {"value": False}}}}, {
        "apiVersion": "mutations.gatekeeper.sh/v1", "kind": "AssignMetadata", "metadata": {"name": "owner"},
        "spec": {"match": {"scope": "Namespaced", "kinds": [{"apiGroups": ["*"], "kinds": ["Pod"]}]},
                 "location": "metadata.labels.owner", "parameters": {"assign": {"value": "me"}}}}, {
        "apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config"},
        "spec": {"match": [{"processes": ["mutation-webhook"], "excludedNamespaces": ["tools"]}]}})
    with with_mutators as server:
        r = server.review(review(pod()), "/mutate")
        patch = json.loads(base64.b64decode(r.get("patch", "W10=")))
        T.ok(sorted((p["op"], p["path"]) for p in patch) in (
            [("add", "/metadata/labels/owner"), ("add", "/spec/automountServiceAccountToken")],),
             "/mutate applies Gatekeeper's mutators", r)
        T.ok("patch" not in server.review(review(pod(ns="tools")), "/mutate"), "but not in excluded namespaces")
    own = Server(binary)
    kind = {"apiVersion": "admissionregistration.k8s.io/v1"}
    own.policy("a.yaml", {
        **kind, "kind": "MutatingAdmissionPolicy", "metadata": {"name": "defaults"},
        "spec": {"reinvocationPolicy": "Never", "failurePolicy": "Fail",
                 "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"],
                                                         "operations": ["CREATE"], "resources": ["pods"]}]},
                 "mutations": [
                     {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
                      "Object{metadata: Object.metadata{labels: {\"by\": request.userInfo.username}}}"}},
                     {"patchType": "JSONPatch", "jsonPatch": {"expression":
                      "[JSONPatch{op: 'remove', path: '/metadata/annotations/gone'}]"}}]}}, {
        **kind, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"},
        "spec": {"policyName": "defaults"}}, {
        **kind, "kind": "MutatingAdmissionPolicy", "metadata": {"name": "unbound"},
        "spec": {"reinvocationPolicy": "Never",
                 "matchConstraints": {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"],
                                                         "operations": ["*"], "resources": ["*"]}]},
                 "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
                                "Object{metadata: Object.metadata{labels: {\"never\": \"\"}}}"}}]}}, {
        "apiVersion": "mutations.gatekeeper.sh/v1", "kind": "AssignMetadata", "metadata": {"name": "owner"},
        "spec": {"location": "metadata.labels.by", "parameters": {"assign": {"value": "late"}}}})
    with own as server:
        good = review(pod())
        good["request"]["object"]["metadata"]["annotations"] = {"gone": "x", "stays": "y"}
        r = server.review(good, "/mutate")
        patch = json.loads(base64.b64decode(r.get("patch", "W10=")))
        T.ok(r["allowed"] and sorted((p["op"], p["path"], p.get("value")) for p in patch) == [
            ("add", "/metadata/labels/by", "jane"), ("remove", "/metadata/annotations/gone", None)],
             "/mutate applies bound MutatingAdmissionPolicies, before Gatekeeper's mutators", [r, patch])
        r = server.review(review(pod()), "/mutate")
        T.ok(not r["allowed"] and "patch" not in r and r["status"]["code"] == 403 and r["status"]["reason"] == "Invalid"
             and r["status"]["message"] == "policy 'defaults' with binding 'everywhere' denied request: JSON Patch: remove "
             "/metadata/annotations/gone: there is no \"annotations\"",
             "/mutate denies what a policy that says Fail cannot mutate", r)
    expanding = Server(binary)
    expanding.policy("a.yaml", LABELS, constraint("RequiredLabels", "owner", {"labels": ["owner"]}), {
        "apiVersion": "expansion.gatekeeper.sh/v1beta1", "kind": "ExpansionTemplate", "metadata": {"name": "deployments"},
        "spec": {"applyTo": [{"groups": ["apps"], "kinds": ["Deployment"], "versions": ["v1"]}],
                 "templateSource": "spec.template",
                 "generatedGVK": {"kind": "Pod", "group": "", "version": "v1"}}})
    with expanding as server:
        dep = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "default"},
               "spec": {"template": {"metadata": {"labels": {}}, "spec": pod()["spec"]}}}
        r = server.review(review(dep, resource="deployments"))
        T.ok(not r["allowed"] and "[Implied by deployments] label owner is missing" in r["status"]["message"],
             "what a workload generates is judged with it", r)
        dep["spec"]["template"]["metadata"]["labels"]["owner"] = "me"
        T.ok(server.review(review(dep, resource="deployments"))["allowed"], "and let pass when it is good")


def load_yaml(binary, path):
    run = subprocess.run([binary, "policy", "eval", "-i", path, "--format", "raw", "json.marshal(input)"],
                         capture_output=True, text=True)
    return json.loads(run.stdout) if run.returncode == 0 else None


def four_ways(binary):
    """One verdict everywhere: review, admit and replay over Gatekeeper's library; scan, admit and replay over checks."""
    root = os.path.join(SHARED, "conformance/gatekeeper/library")
    if not os.path.isdir(root):
        return T.skip("parity of review, admit and replay", "the conformance data is not here")
    server, objects, seen = Server(binary, "--decision-log", ""), [], set()
    server.args[-1] = server.path("decisions")
    for base, _, files in sorted(os.walk(root)):
        for f in sorted(files):
            path = os.path.join(base, f)
            doc = load_yaml(binary, path) if f.endswith(".yaml") and f not in ("kustomization.yaml", "suite.yaml") else None
            if not isinstance(doc, dict) or "apiVersion" not in doc or "metadata" not in doc:
                continue
            group = doc["apiVersion"].split("/")[0]
            if group in ("templates.gatekeeper.sh", "constraints.gatekeeper.sh"):
                write(f"{server.policies}/{doc['kind']}-{doc['metadata']['name']}.yaml", json.dumps(doc))
            elif not group.endswith("gatekeeper.sh") and doc["kind"] in ("Pod", "Deployment", "Service", "PersistentVolumeClaim"):
                doc["metadata"].update(name=f"object-{len(objects)}", namespace="default")
                key = json.dumps({**doc, "metadata": {**doc["metadata"], "name": ""}}, sort_keys=True)
                if key not in seen:
                    objects.append(doc)
                seen.add(key)
    requests = [review(o, resource="things") for o in objects]
    by_review, by_replay = reviewed(binary, server.policies, objects), replayed(
        binary, requests, "--no-builtin", "--policies", server.policies)
    with server:
        by_door = decided(server, requests)
    total = sum(len(x) for x in by_door)
    wrong = [(o["metadata"]["name"], by_review.get(o["metadata"]["name"], set()) ^ by_door[i],
              by_replay.get(i, set()) ^ by_door[i]) for i, o in enumerate(objects)
             if not by_review.get(o["metadata"]["name"], set()) == by_door[i] == by_replay.get(i, set())]
    T.ok(total > 100 and not wrong, f"parity of review, admit and replay: {len(objects)} objects, {total} violations",
         "\n".join(map(str, wrong[:8])))


def namespaces(binary):
    """
    Matchers of namespaces: admit and replay do as Gatekeeper's webhook, and review, which does as gator test, agrees where
    upstream's two agree: for every object that says its namespace.
    """
    always = template("Always", 'package always\nviolation[{"msg": "hit"}] { true }')
    rows = {"listed": {"namespaces": ["prod"]}, "prefix": {"namespaces": ["pr*"]}, "excluded": {"excludedNamespaces": ["prod"]},
            "cluster": {"scope": "Cluster"}, "namespaced": {"scope": "Namespaced"},
            "selector": {"namespaceSelector": {"matchLabels": {"env": "prod"}}},
            "selector-not": {"namespaceSelector": {"matchExpressions": [{"key": "env", "operator": "DoesNotExist"}]}}}
    prod = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod", "labels": {"env": "prod"}}}
    dev = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev"}}

    def thing(name, ns, kind="Pod", api="v1"):
        o = {"apiVersion": api, "kind": kind, "metadata": {"name": name}}
        if ns:
            o["metadata"]["namespace"] = ns
        return o

    def request(o, ns=None):
        r = review(o, resource="things")
        r["request"]["namespace"] = o["metadata"].get("namespace", "") if ns is None else ns
        return r
    objects = [thing("a", "prod"), thing("b", "dev"), thing("c", "dev", "Deployment", "apps/v1"), prod, dev]
    requests = [request(o) for o in objects]
    # What only a request says: where it goes, and that it is in no namespace.
    requests += [request(thing("e", ""), "prod"), request(thing("f", ""), "dev"),
                 request(thing("g", "", "ClusterRole", "rbac.authorization.k8s.io/v1")), request(thing("h", "")),
                 request(prod, "prod")]
    everywhere = ["cluster", "excluded", "listed", "prefix", "selector", "selector-not"]
    server = Server(binary, "--decision-log", "")
    server.args[-1] = server.path("decisions")
    server.policy("a.yaml", always, *[constraint("Always", n, match=m) for n, m in rows.items()])
    inventory = server.path("inventory")
    os.mkdir(inventory)
    write(inventory + "/n.json", json.dumps(prod))
    write(inventory + "/d.json", json.dumps(dev))
    server.args += ["--inventory", inventory]
    by_review = reviewed(binary, server.policies, objects)
    by_replay = replayed(binary, requests, "--no-builtin", "--policies", server.policies, "--inventory", inventory)
    nowhere = thing("i", "")
    with tempfile.TemporaryDirectory() as d:
        write(d + "/o.json", json.dumps(nowhere))
        run = subprocess.run([binary, "policy", "review", "-f", server.policies, "-f", d], capture_output=True, text=True)
    with server:
        by_door = decided(server, requests)

    def names(found):
        return sorted(x[0].split("/")[1] for x in found)
    for i, o in enumerate(objects):
        got = [names(by_review.get(o["metadata"]["name"], set())), names(by_door[i]), names(by_replay.get(i, set()))]
        T.ok(got[0] == got[1] == got[2], f"{o['kind']} {o['metadata']['name']} in \"{o['metadata'].get('namespace', '')}\": "
             f"review, admit and replay agree: {' '.join(got[1])}", got)
    wanted = [names(by_door[0]), names(by_door[1]), everywhere, everywhere, names(by_door[3])]
    for r, want, got, again in zip(requests[5:], wanted, by_door[5:], [by_replay.get(i, set()) for i in range(5, 10)]):
        T.ok(names(got) == names(again) == want, f"{r['request']['kind']['kind']} requested in \"{r['request']['namespace']}\": "
             "as Gatekeeper's webhook", [names(got), names(again), want])
    T.ok("[\"listed\"]" not in run.stdout and "pass over them here" in run.stderr,
         "review does as gator test with a Pod without a namespace, and says so", run.stdout + run.stderr)


def suites(binary):
    """Gatekeeper's own suites: what must be denied is denied at the door."""
    root = os.path.join(SHARED, "conformance/gatekeeper/library")
    if not os.path.isdir(root):
        return T.skip("parity with Gatekeeper's suites", "the conformance data is not here")
    checked = 0
    for folder in sorted(os.listdir(root + "/general"))[:12]:
        base = os.path.join(root, "general", folder)
        suite = load_yaml(binary, base + "/suite.yaml") if os.path.exists(base + "/suite.yaml") else None
        for test in (suite or {}).get("tests", []):
            cases = [c for c in test.get("cases", []) if not c.get("inventory")]
            constraint_doc = load_yaml(binary, os.path.join(base, test["constraint"])) if "constraint" in test else None
            if not cases or not constraint_doc:
                continue
            server = Server(binary)
            for i, f in enumerate((test["template"], test["constraint"])):
                with open(os.path.join(base, f), encoding="utf-8") as src:
                    write(f"{server.policies}/{i}.yaml", src.read())
            with server:
                wrong = []
                for case in cases:
                    obj = load_yaml(binary, os.path.join(base, case["object"]))
                    if not obj or obj.get("kind") == "AdmissionReview":
                        continue
                    wanted = any(a.get("violations", True) not in (False, "no", 0) for a in case["assertions"])
                    action = constraint_doc["spec"].get("enforcementAction", "deny")
                    r = server.review(review(obj, resource="things"))
                    checked += 1
                    if (action == "deny" and r["allowed"] == wanted):
                        wrong.append((case["name"], r))
                T.ok(not wrong, f"suite {folder}/{test['name']}", wrong)
    T.ok(checked > 10, f"{checked} cases of the suites judged at the door")


def write_to(path, text):
    write(path, text)
    return path


def manifests(binary):
    run = subprocess.run([binary, "admit", "--print-manifests"], capture_output=True, text=True)
    T.ok(run.returncode == 0 and run.stdout.count("\nkind: ") >= 8, "--print-manifests", run.stderr)
    with tempfile.TemporaryDirectory() as d:
        write(d + "/all.yaml", run.stdout)
        scan = subprocess.run([binary, "scan", "--no-render", "--fail-on", "high", d], capture_output=True, text=True)
        T.ok(scan.returncode == 0, "which have no high findings", scan.stdout)
        server = Server(binary)
        run = subprocess.run([binary, "admit", "--print-manifests", "--only-webhook", "--ca-bundle",
                              server.tls + "/tls.crt"], capture_output=True, text=True)
        lines = [x.strip() for x in run.stdout.splitlines() if x.strip().startswith("caBundle:")]
        pem = open(server.tls + "/tls.crt", "rb").read()
        kinds = [line for line in run.stdout.splitlines() if line.startswith("kind: ")]
        T.ok(kinds == ["kind: ValidatingWebhookConfiguration"], "--only-webhook", kinds)
        T.ok(len(lines) == 1 and base64.b64decode(lines[0].split()[1]) == pem, "--ca-bundle fills caBundle", run.stdout)
        run = subprocess.run([binary, "admit", "--print-manifests", "--only-webhook", "--mutating", "--ca-bundle",
                              server.tls + "/tls.crt"], capture_output=True, text=True)
        documents = [load_yaml(binary, write_to(f"{d}/{i}.yaml", text)) for i, text in enumerate(run.stdout.split("---\n"))]
        T.ok([(o["kind"], [(h["clientConfig"]["service"]["path"], h["failurePolicy"], h["timeoutSeconds"],
                            base64.b64decode(h["clientConfig"]["caBundle"]) == pem) for h in o["webhooks"]])
              for o in documents] == [(f"{kind}WebhookConfiguration", [(path, "Ignore", 3, True)]) for kind, path in (
                  ("Validating", "/validate"), ("Mutating", "/mutate"))], "--mutating adds the other webhook", run.stdout)
        T.ok(all(h["namespaceSelector"] == {"matchExpressions": [{
            "key": "kubernetes.io/metadata.name", "operator": "NotIn",
            "values": ["kube-system", "kube-node-lease", "kube-public", "seawall-system"]}]}
            for o in documents for h in o["webhooks"]), "namespaces are left out by name, which nobody can change", documents)
        run = subprocess.run([binary, "admit", "--generate-cert", server.tls], capture_output=True, text=True)
        T.ok(run.returncode == 2 and "exists" in run.stderr, "an existing key is not overwritten", run.stderr)
        T.ok(oct(os.stat(server.tls + "/tls.key").st_mode & 0o777) == "0o600", "a key is its owner's")


if __name__ == "__main__":
    for part in (gatekeeper, audit_annotations, secrets, many, envelope, checks, own_policies, built_in, mutate, gatekeeper_mutation, four_ways, namespaces,
                 suites, manifests):
        try:
            part(sys.argv[1])
        except Exception as e:  # a test that breaks is a failure, and the others still run
            T.ok(False, f"{part.__name__} ran to its end", repr(e))
    sys.exit(T.end())
