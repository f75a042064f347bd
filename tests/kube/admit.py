# SPDX-License-Identifier: Apache-2.0
"""`seawall admit --live`: policies, Namespaces and inventory come from a cluster that changes, breaks and lies; what
works is never lost."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
for name in list(os.environ):
    if name.startswith(("KUBE", "SEAWALL")) or "proxy" in name.lower():
        del os.environ[name]
import fake
from door import LABELS, Server, Tap, constraint, pod, review, template

SEAWALL = sys.argv[1]
T = Tap()
UNIQUE = template("UniqueName", """package uniquename
violation[{"msg": msg}] {
  other := data.inventory.namespace[_]["v1"]["ConfigMap"][name]
  name == input.review.object.metadata.name
  msg := sprintf("there is a ConfigMap %v", [name])
}""")


def copy(o):
    return json.loads(json.dumps(o))


def cluster():
    c = fake.Cluster()
    c.kinds += [("templates.gatekeeper.sh", "v1", "constrainttemplates", "ConstraintTemplate", False, []),
                ("config.gatekeeper.sh", "v1alpha1", "configs", "Config", True, []),
                ("mutations.gatekeeper.sh", "v1", "assignmetadata", "AssignMetadata", False, []),
                ("constraints.gatekeeper.sh", "v1beta1", "requiredlabels", "RequiredLabels", False, [])]
    c.put(fake.namespace("default"))
    c.put(fake.namespace("strict", **{"pod-security.kubernetes.io/enforce": "restricted"}))
    c.put(copy(LABELS))
    c.put(constraint("RequiredLabels", "owner", {"labels": ["owner"]}))
    return c


def watched(c, resource):
    return sum(r == resource for _, r, _ in list(c.watches))


def main():
    c = cluster()
    with fake.Fake(c) as f, Server(SEAWALL, "--live", "--kubeconfig", f.kubeconfig()) as s:
        def denied(p, **kw):
            r = s.review(review(p, **kw))
            return "" if r["allowed"] else r["status"]["message"]

        T.ok("[owner] label owner is missing" in denied(pod()), "a constraint of the cluster", denied(pod()))
        T.ok(denied(pod(labels={"owner": "me"})) == "", "and a pod that keeps to it")
        T.ok("restricted" in denied(pod(ns="strict", labels={"owner": "me"})), "a Namespace's pod security label")
        T.ok("[+] cluster: " in s.get("/readyz")[1], "ready says so", s.get("/readyz"))
        T.ok(s.wait(lambda: watched(c, "requiredlabels") == 1), "the constraints are watched")
        # changes
        c.put(constraint("RequiredLabels", "team", {"labels": ["team"]}))
        T.ok(s.wait(lambda: "label team is missing" in denied(pod())), "a new constraint", denied(pod()))
        c.put(constraint("RequiredLabels", "team", {"labels": ["squad"]}))
        T.ok(s.wait(lambda: "label squad is missing" in denied(pod())), "a changed constraint", denied(pod()))
        c.delete("constraints.gatekeeper.sh", "requiredlabels", "", "team")
        T.ok(s.wait(lambda: "squad" not in denied(pod())), "a deleted constraint", denied(pod()))
        c.put(fake.namespace("strict"))
        T.ok(s.wait(lambda: denied(pod(ns="strict", labels={"owner": "me"})) == ""), "a Namespace that loses its label")
        # kinds that come later
        c.put(copy(UNIQUE))
        c.kinds.append(("constraints.gatekeeper.sh", "v1beta1", "uniquename", "UniqueName", False, []))
        c.put(constraint("UniqueName", "u"))
        c.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "taken", "namespace": "default"}})
        c.put({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config", "namespace": "gatekeeper-system"},
               "spec": {"sync": {"syncOnly": [{"group": "", "version": "v1", "kind": "ConfigMap"}]}}})
        T.ok(s.wait(lambda: "there is a ConfigMap taken" in denied(pod("taken", labels={"owner": "me"})), 20),
             "a new template, its constraint, and the inventory that Config names", s.get("/readyz"))
        c.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late", "namespace": "x"}})
        T.ok(s.wait(lambda: denied(pod("late", labels={"owner": "me"})) != ""), "an object that comes into the inventory")
        # broken policies
        bad = copy(LABELS)
        bad["spec"]["targets"][0]["rego"] = "package requiredlabels\nviolation[{\"msg\": msg}] { msg := }"
        c.put(bad)
        T.ok(s.wait(lambda: "broken and set aside" in s.get("/readyz")[1]), "a template that is broken is told", s.get("/readyz"))
        T.ok(s.metric("cluster_policies_set_aside") == 1 and s.get("/readyz")[0] == 200, "and counted")
        T.ok("label owner is missing" in denied(pod()), "its former version stays in use", denied(pod()))
        c.put(constraint("RequiredLabels", "more", {"labels": ["more"]}))
        T.ok(s.wait(lambda: "label more is missing" in denied(pod())), "and others go on changing", denied(pod()))
        never = constraint("RequiredLabels", "never", match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "labelSelector": {"matchLabels": {"a/b/c": "x"}}})
        c.put(never)
        c.put(constraint("RequiredLabels", "again", {"labels": ["again"]}))
        T.ok(s.wait(lambda: "label again is missing" in denied(pod())), "a constraint that never worked is left out", s.get("/readyz"))
        c.put(copy(LABELS))
        T.ok(s.wait(lambda: s.metric("cluster_policies_set_aside") <= 1), "a template that is whole again", s.get("/readyz"))
        c.delete("constraints.gatekeeper.sh", "requiredlabels", "", "never")
        T.ok(s.wait(lambda: s.metric("cluster_policies_set_aside") == 0), "nothing is set aside any more", s.get("/readyz"))
        # watches that break
        c.break_watches()
        T.ok(s.wait(lambda: watched(c, "requiredlabels") == 1), "watches that end go on")
        c.put(constraint("RequiredLabels", "after", {"labels": ["after"]}))
        T.ok(s.wait(lambda: "label after is missing" in denied(pod())), "and miss nothing")
        lists = sum(p.startswith("/apis/constraints.gatekeeper.sh/v1beta1/requiredlabels?limit") for p, _ in c.requests)
        gone = {"type": "ERROR", "object": fake.status(410, "Expired", "too old resource version")}
        c.break_watches(gone)
        time.sleep(0.2)
        c.break_watches()
        T.ok(s.wait(lambda: sum(p.startswith("/apis/constraints.gatekeeper.sh/v1beta1/requiredlabels?limit") for p, _ in c.requests) > lists, 15),
             "410 as an event: the list is read anew")
        for name, item in [("garbage in a watch", b"{nonsense}\n"), ("an event without an object", b'{"type":"ADDED"}\n'),
                           ("an object without a name", b'{"type":"ADDED","object":{"kind":"X"}}\n'),
                           ("an event without end", b'{"type":"ADDED","object":{"a":"' + b"x" * (17 << 20))]:
            T.ok(s.wait(lambda: watched(c, "requiredlabels") == 1, 40), "watching, before " + name)
            c.break_watches(item)
            ok = s.wait(lambda: s.metric("cluster_failures_total") > 0)
            T.ok(ok and "label owner is missing" in denied(pod()), name + " changes nothing", s.get("/readyz"))
        T.ok(s.wait(lambda: s.metric("cluster_resources_broken") == 0, 40), "and is recovered from", s.get("/readyz"))
        # a server that is away, and comes back
        c.fault(".", lambda h: h.reply(500, fake.status(500, "InternalError", "etcd is gone")) or True)
        c.break_watches()
        T.ok(s.wait(lambda: s.metric("cluster_resources_broken") > 0), "a broken watch is in the metrics")
        s.wait(lambda: "etcd is gone" in s.get("/readyz")[1])  # at first it says only that the stream broke off
        status, text = s.get("/readyz")
        T.ok(status == 200 and "[!] cluster: " in text and "what was known before is in use" in text and "etcd is gone" in text,
             "and in readiness", text)
        T.ok("label owner is missing" in denied(pod()), "and what was known stays in use")
        T.ok(fake.TOKEN not in text + s.messages(), "no token is told")
        c.faults.clear()
        T.ok(s.wait(lambda: s.metric("cluster_resources_broken") == 0, 60), "it comes back", s.get("/readyz"))
        c.put(constraint("RequiredLabels", "back", {"labels": ["back"]}))
        T.ok(s.wait(lambda: "label back is missing" in denied(pod())), "and follows again")
        # only part is forbidden
        c.fault("constraints.gatekeeper.sh", lambda h: h.forbidden("constraints") or True)
        c.break_watches()
        T.ok(s.wait(lambda: 0 < s.metric("cluster_resources_broken") <= 2), "what becomes forbidden is told", s.get("/readyz"))
        T.ok("label owner is missing" in denied(pod()), "and stays as it was")
    T.ok(s.code == 0, "it ends in good order", s.said[-1500:])
    # at the start
    c = cluster()
    with fake.Fake(c) as f:
        c.fault("constraints.gatekeeper.sh", lambda h: h.forbidden("constraints") or True)
        s = Server(SEAWALL, "--live", "--kubeconfig", f.kubeconfig(), "--api-timeout", "3s")
        try:
            with s:
                T.ok(False, "without the right to read its policies it does not start")
        except RuntimeError as e:
            T.ok("403 forbidden" in str(e), "without the right to read its policies it does not start", e)
        c.faults.clear()
        bad = copy(LABELS)
        bad["spec"]["targets"][0]["rego"] = "package broken {"
        bad["metadata"]["name"] = "broken"
        bad["spec"]["crd"]["spec"]["names"]["kind"] = "Broken"
        c.put(bad)
        with Server(SEAWALL, "--live", "--kubeconfig", f.kubeconfig()) as s:
            T.ok("label owner is missing" in s.review(review(pod()))["status"]["message"] and s.metric("cluster_policies_set_aside") == 1,
                 "a template that never worked does not keep it from starting", s.get("/readyz"))
    parameters()
    large_inventory()
    return T.end()


KIND = {"apiVersion": "admissionregistration.k8s.io/v1"}
PODS = {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}


def config_map(name, ns, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": ns}, "data": data}


def parameters():
    """Policies of files take their parameters from the cluster; these are no inventory."""
    c = cluster()
    c.put(config_map("limits", "default", forbidden="p"))
    c.put(config_map("limits", "other", forbidden="q"))
    c.put(copy(UNIQUE))
    c.kinds.append(("constraints.gatekeeper.sh", "v1beta1", "uniquename", "UniqueName", False, []))
    c.put(constraint("UniqueName", "u"))
    with fake.Fake(c) as f:
        s = Server(SEAWALL, "--live", "--kubeconfig", f.kubeconfig())
        s.policy("a.yaml", {
            **KIND, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "names"},
            "spec": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}, "matchConstraints": PODS,
                     "validations": [{"expression": "object.metadata.name != params.data.forbidden",
                                      "messageExpression": "'not ' + params.data.forbidden"}]}}, {
            **KIND, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "here"},
            "spec": {"policyName": "names", "validationActions": ["Deny"],
                     "paramRef": {"name": "limits", "parameterNotFoundAction": "Deny"}}})
        with s:
            def denied(name, ns="default"):
                r = s.review(review(pod(name, ns=ns, labels={"owner": "me"})))
                return "" if r["allowed"] else r["status"]["message"]

            T.ok(denied("p") == "[names/here] not p" and denied("q") == "", "a parameter of the cluster, from the first request on",
                 denied("p"))
            T.ok(denied("q", "other") == "[names/here] not q", "each namespace has its own", denied("q", "other"))
            T.ok(denied("limits") == "", "a parameter is no part of data.inventory", denied("limits"))
            T.ok("no params found" in denied("p", "third"), "none in that namespace", denied("p", "third"))
            c.put(config_map("limits", "default", forbidden="q"))
            T.ok(s.wait(lambda: denied("q") == "[names/here] not q" and denied("p") == ""), "a parameter that changes", denied("q"))
            c.delete("", "configmaps", "default", "limits")
            T.ok(s.wait(lambda: "no params found" in denied("p")), "one that goes away", denied("p"))
            c.put(config_map("limits", "default", forbidden="r"))
            T.ok(s.wait(lambda: denied("r") == "[names/here] not r"), "and comes back", denied("r"))
            s.policy("a.yaml", constraint("RequiredLabels", "none", {"labels": []}))
            T.ok(s.wait(lambda: watched(c, "configmaps") == 0 and denied("r") == "", 20), "nobody asks for it any more",
                 [watched(c, "configmaps"), denied("r")])
        T.ok(s.code == 0, "it ends in good order", s.said[-1500:])


def large_inventory():
    """Readiness does not wait for an inventory that is being read."""
    c = cluster()
    c.put({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config",
           "metadata": {"name": "config", "namespace": "gatekeeper-system"},
           "spec": {"sync": {"syncOnly": [{"group": "", "version": "v1", "kind": "ConfigMap"}]}}})
    for i in range(20000):
        c.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"m{i}", "namespace": "default"},
               "data": {f"k{k}": "v" * 20 for k in range(12)}})
    with fake.Fake(c) as f, Server(SEAWALL, "--live", "--kubeconfig", f.kubeconfig(), "--api-timeout", "60s") as s:
        T.ok(s.wait(lambda: "20" in s.get("/readyz")[1] and s.metric("cluster_objects") > 20000, 60), "20,000 objects")
        slowest, reloads = {"/readyz": 0.0, "/healthz": 0.0}, s.metric('reloads_total{result="loaded"}') or 0
        end, n = time.time() + 6, 0
        while time.time() < end:
            n += 1
            if n % 20 == 1:
                c.put(constraint("RequiredLabels", f"r{n}", {"labels": ["owner"]}))
            for path in slowest:
                t = time.time()
                s.get(path)
                slowest[path] = max(slowest[path], time.time() - t)
        T.ok(s.wait(lambda: f"RequiredLabels/r{n // 20 * 20 - 19}" in str(s.review(review(pod()))) or
                    f"[r{n // 20 * 20 - 19}]" in s.review(review(pod()))["status"]["message"], 20), "it is reloaded meanwhile")
        T.ok(slowest["/readyz"] < 3 * slowest["/healthz"] + 0.1,
             "readiness takes no longer than health while it is read: "
             f"{slowest['/readyz'] * 1000:.0f} and {slowest['/healthz'] * 1000:.0f} ms", slowest)


sys.exit(main())
