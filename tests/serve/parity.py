# SPDX-License-Identifier: Apache-2.0
"""
One verdict everywhere: `scan --policies`, `policy review`, `policy replay` and `admit` over one corpus of everything that
policies can be: templates in Rego and in CEL, ValidatingAdmissionPolicies with parameters, mutation and expansion,
external data; objects in namespaces, in none, and generated ones. What each says of each object is compared.
"""
import json
import os
import subprocess
import sys

from door import LABELS, Server, Tap, constraint, pod, replayed, review, write
from external import ASKING, Provider

T = Tap()
ADMISSION = {"apiVersion": "admissionregistration.k8s.io/v1"}
PODS = {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}
WORKLOADS = {"kinds": [{"apiGroups": ["", "apps"], "kinds": ["Pod", "Deployment"]}]}


def cel(kind, **source):
    return {"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": kind.lower()},
            "spec": {"crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": {
                "type": "object", "properties": {"repos": {"type": "array", "items": {"type": "string"}}}}}}},
                     "targets": [{"target": "admission.k8s.gatekeeper.sh",
                                  "code": [{"engine": "K8sNativeValidation", "source": source}]}]}}


def validating(name, spec, *bindings):
    return [{**ADMISSION, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": spec}] + [
        {**ADMISSION, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": b["name"]},
         "spec": {"policyName": name, **{k: v for k, v in b.items() if k != "name"}}} for b in bindings]


POLICIES = [
    LABELS,
    constraint("RequiredLabels", "owner", {"labels": ["owner"]}, match=WORKLOADS),
    constraint("RequiredLabels", "advice", {"labels": ["team"]}, action="warn"),
    constraint("RequiredLabels", "scoped", {"labels": ["cost"]}, action="scoped", scopedEnforcementActions=[
        {"action": "deny", "enforcementPoints": [{"name": "*"}]}]),
    cel("Repos",
        variables=[{"name": "pods", "expression": "has(variables.anyObject.spec.containers) ? "
                                                  "variables.anyObject.spec.containers : []"},
                   {"name": "bad", "expression": "variables.pods.filter(c, !variables.params.repos.exists(r, "
                                                 "c.image.startsWith(r)))"}],
        validations=[{"expression": "variables.bad.size() == 0",
                      "messageExpression": "'not from our registry: ' + variables.bad.map(c, c.image).join(', ')"},
                     {"expression": "object.metadata.name != 'odd'", "message": "an odd name"}]),
    constraint("Repos", "ours", {"repos": ["registry.example.org/"]}),
    cel("Fails", failurePolicy="Fail", validations=[{"expression": "object.metadata.labels.size > 0", "message": "never"}]),
    constraint("Fails", "always"),
    cel("InNamespace", validations=[{"expression": "!has(request.namespace) || request.namespace != 'prod' || "
                                                   "has(object.spec.priorityClassName)",
                                     "message": "prod needs a priority"}]),
    constraint("InNamespace", "prod"),
    *validating("limits", {
        "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "matchConstraints": PODS,
        "variables": [{"name": "max", "expression": "int(params.data.max)"}],
        "validations": [{"expression": "size(object.spec.containers) <= variables.max",
                         "messageExpression": "'at most ' + string(variables.max) + ' containers'"}]},
        {"name": "deny", "validationActions": ["Deny"],
         "paramRef": {"name": "limits", "namespace": "system", "parameterNotFoundAction": "Deny"}},
        {"name": "own", "validationActions": ["Warn", "Audit"],
         "paramRef": {"selector": {"matchLabels": {"limits": "yes"}}, "parameterNotFoundAction": "Allow"}},
        {"name": "missing", "validationActions": ["Audit"],
         "paramRef": {"name": "nowhere", "parameterNotFoundAction": "Deny"},
         "matchResources": {"objectSelector": {"matchLabels": {"strict": "yes"}}}}),
    *validating("production", {
        "matchConstraints": PODS,
        "validations": [{"expression": "namespaceObject.metadata.labels.env == 'prod' && object.metadata.name != 'odd'",
                         "reason": "Forbidden", "message": "odd in production"}]},
        {"name": "here", "validationActions": ["Deny"],
         "matchResources": {"namespaceSelector": {"matchLabels": {"env": "prod"}}}}),
    {**ADMISSION, "kind": "MutatingAdmissionPolicy", "metadata": {"name": "cost"},
     "spec": {"reinvocationPolicy": "Never", "matchConstraints": PODS, "mutations": [
         {"patchType": "ApplyConfiguration", "applyConfiguration": {
             "expression": "Object{metadata: Object.metadata{labels: {'cost': 'shared'}}}"}}]}},
    {**ADMISSION, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "cost"}, "spec": {"policyName": "cost"}},
    {"apiVersion": "expansion.gatekeeper.sh/v1beta1", "kind": "ExpansionTemplate", "metadata": {"name": "deployments"},
     "spec": {"applyTo": [{"groups": ["apps"], "kinds": ["Deployment"], "versions": ["v1"]}],
              "templateSource": "spec.template", "generatedGVK": {"kind": "Pod", "group": "", "version": "v1"}}},
    ASKING,
    constraint("Signed", "s"),
]


def named(api, kind, name, ns=None, labels=None, **more):
    meta = {"name": name, **({"namespace": ns} if ns else {}), **({"labels": labels} if labels else {})}
    return {"apiVersion": api, "kind": kind, "metadata": meta, **more}


def deployment(name, ns, labels, template_labels, *images):
    return named("apps/v1", "Deployment", name, ns, labels, spec={"template": {
        "metadata": {"labels": template_labels},
        "spec": {"containers": [{"name": f"c{i}", "image": image} for i, image in enumerate(images)]}}})


ALL = {"owner": "me", "team": "a", "cost": "1"}
OURS, OTHER, BAD = "registry.example.org/app:1", "docker.io/app:1", "registry.example.org/bad:1"


def images(*names):
    return [{"name": f"c{i}", "image": n} for i, n in enumerate(names)]


INVENTORY = [
    named("v1", "Namespace", "prod", labels={"env": "prod"}), named("v1", "Namespace", "dev"),
    named("v1", "Namespace", "default"), named("v1", "Namespace", "system"),
    named("v1", "ConfigMap", "limits", "system", data={"max": "2"}),
    named("v1", "ConfigMap", "one", "dev", {"limits": "yes"}, data={"max": "1"}),
    named("v1", "ConfigMap", "none", "dev", {"limits": "yes"}, data={"max": "0"}),
]
OBJECTS = [
    pod("good", "dev2", ALL), pod("bare", "dev"), pod("odd", "prod", ALL, priorityClassName="high"),
    pod("prod", "prod", {**ALL, "strict": "yes"}), pod("many", "dev", ALL, containers=images(OURS, OURS, OURS)),
    pod("other", "dev", ALL, containers=images(OURS, OTHER)), pod("unsigned", "dev", ALL, containers=images(BAD)),
    pod("nowhere", None, {"owner": "me"}, containers=images(OTHER)), pod("odd", None, ALL),
    deployment("plain", "dev", ALL, {}, OURS), deployment("labelled", "prod", ALL, ALL, OTHER, BAD),
    deployment("unowned", "dev", {}, {"owner": "x"}, OURS), deployment("empty", None, {}, {}, OTHER),
    named("v1", "Namespace", "new"), named("rbac.authorization.k8s.io/v1", "ClusterRole", "odd", rules=[]),
]
for o in OBJECTS:
    if o["metadata"].get("namespace", "") is None:
        del o["metadata"]["namespace"]


def identity(o):
    return f"{o['kind']} {o['metadata'].get('namespace', '')}/{o['metadata']['name']}"


def request(o):
    """What the API server would send: the namespace that the object goes to."""
    r = review(o, resource={"Pod": "pods", "Deployment": "deployments", "Namespace": "namespaces",
                            "ClusterRole": "clusterroles"}[o["kind"]])
    if o["kind"] in ("Pod", "Deployment"):
        r["request"]["namespace"] = o["metadata"].get("namespace", "default")
    return r


def rule(c):
    """The policy's name, as the decision log has it."""
    if c["kind"].startswith("ValidatingAdmissionPolicy"):
        return f"ValidatingAdmissionPolicy/{c['spec']['policyName']}/{c['metadata']['name']}"
    return f"{c['kind']}/{c['metadata']['name']}"


def by_review(binary, policies, folder):
    run = subprocess.run([binary, "policy", "review", "--allow-external-data", "-o", "json", "-f", policies, "-f", folder],
                         capture_output=True, text=True)
    found = {}
    for r in json.loads(run.stdout or "[]") or []:
        found.setdefault(identity(r["violatingObject"]), set()).add((rule(r["constraint"]), r["msg"]))
    return found


def by_scan(binary, policies, folder):
    run = subprocess.run([binary, "scan", "--no-builtin", "--allow-external-data", "--policies", policies, "-o", "json", folder],
                         capture_output=True, text=True)
    found = {}
    for f in json.loads(run.stdout)["findings"]:
        s = f["subject"]
        found.setdefault(f"{s['kind']} {s.get('namespace', '')}/{s['name']}", set()).add((f["rule"], f["message"]))
    return found


def by_admit(server, requests):
    """The judgements of each request, and those of them that deny, from the decision log."""
    for r in requests:
        server.review(r)
    path = server.path("decisions")
    server.wait(lambda: os.path.exists(path) and open(path).read().count("\n") == len(requests))
    lines = {line["uid"]: line.get("judgements", []) for line in map(json.loads, open(path).read().splitlines())}
    judged = [lines[r["request"]["uid"]] for r in requests]
    return [[{(j["policy"], j["message"]) for j in js if j["action"] in actions} for js in judged]
            for actions in (("deny", "warn", "dryrun", "error"), ("deny",))]


def main(binary):
    server = Server(binary, "--allow-external-data", "--decision-log", "", "--deadline", "20s")
    server.args[server.args.index("--decision-log") + 1] = server.path("decisions")
    server.make_cert(server.path("provider"), "localhost")
    provider = Provider(server.path("provider"), None)
    server.policy("a.yaml", *POLICIES, provider.object(server.path("provider/tls.crt"), timeout=10))
    folders = {name: server.path(name) for name in ("inventory", "objects")}
    for name, objects in (("inventory", INVENTORY), ("objects", INVENTORY + OBJECTS)):
        os.mkdir(folders[name])
        for i, o in enumerate(objects):
            write(f"{folders[name]}/{i:02}.json", json.dumps(o))
    server.args += ["--inventory", folders["inventory"]]
    everything = INVENTORY + OBJECTS
    requests = [request(o) if o in OBJECTS else review(o, resource="things") for o in everything]
    replay = replayed(binary, requests, "--no-builtin", "--allow-external-data", "--policies", server.policies, "--inventory",
                      folders["inventory"])
    reviewed, scanned = (f(binary, server.policies, folders["objects"]) for f in (by_review, by_scan))
    with server:
        door, denied = by_admit(server, requests)
    total = 0
    for i, o in enumerate(everything):
        ways = {"admit": door[i], "review": reviewed.get(identity(o), set()), "scan": scanned.get(identity(o), set())}
        every = set.union(*ways.values())
        wrong = [f"{way} lacks {x}" for way, has in ways.items() for x in sorted(every - has)]
        wrong += [f"only replay or admit denies by {x}" for x in sorted(replay.get(i, set()) ^ denied[i])]
        T.ok(not wrong, f"{identity(o)}: {len(every)} violations, said by all four", "\n".join(wrong))
        total += len(every)
    T.ok(total == TOTAL, f"{total} violations in all")


TOTAL = 45  # so that a corpus that is not judged at all is seen

if __name__ == "__main__":
    main(sys.argv[1])
    sys.exit(T.end())
