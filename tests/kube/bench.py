# SPDX-License-Identifier: Apache-2.0
"""`seawall bench --live`: audits that ask kubectl, answered by an API server; the kubelet's running configuration
beside its file; what is forbidden is not evaluated."""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
import fake
from door import Tap

SEAWALL = sys.argv[1]
T = Tap()
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "SEAWALL")) and "proxy" not in k.lower()}

CHECKS = [
    # id, audit, flag compared, value
    ("1", "kubectl get pods -A -o json | jq -r '[.items[]|select(.spec.hostNetwork==true)]|length'", "0"),
    ("2", "kubectl get clusterrolebindings -o json | jq -r '.items[]|select(.roleRef.name==\"cluster-admin\").subjects[].name'", "admins"),
    ("3", "kubectl get serviceaccounts --all-namespaces --field-selector metadata.name=default -o json | jq -r '.items[].automountServiceAccountToken'", "false"),
    ("4", "kubectl get po -n kube-system --no-headers | wc -l", "1"),
    ("5", "kubectl get namespace default -o jsonpath='{.metadata.name}'", "default"),
    ("6", "kubectl auth can-i get secrets --all-namespaces --as=system:authenticated | head -1", "no"),
    ("7", "kubectl get $(kubectl api-resources --verbs=list --namespaced=true -o name | paste -sd, -) -n default --no-headers | grep -c Widget || true", "0"),
    ("8", "oc get deploy.apps -n default -o name", "deployment/web"),
    ("9", "kubectl get unicorns -A -o name 2>&1 | grep -c resource.type", "1"),
]


def benchmark(d):
    os.makedirs(os.path.join(d, "t"))
    with open(os.path.join(d, "config.yaml"), "w", encoding="utf-8") as f:
        f.write("---\nversion_mapping: {\"1.31\": t}\ntarget_mapping: {t: [policies]}\n"
                "policies:\n  components: []\nnode: {components: [kubelet], kubelet: {confs: [/var/lib/kubelet/config.yaml], bins: [kubelet]}}\n")
    with open(os.path.join(d, "t", "policies.yaml"), "w", encoding="utf-8") as f:
        json.dump({"controls": None, "version": "t", "id": 5, "text": "t", "type": "policies", "groups": [
            {"id": "5.1", "text": "t", "checks": [
                {"id": "5.1." + i, "text": i, "audit": audit, "tests": {"test_items": [
                    {"flag": want, "compare": {"op": "eq", "value": want}}]}, "remediation": "r", "scored": True}
                for i, audit, want in CHECKS] + [
                {"id": "5.1.20", "text": "kubelet", "audit": "/bin/ps -fC kubelet", "audit_config": "/bin/cat /var/lib/kubelet/config.yaml",
                 "tests": {"test_items": [{"flag": "--anonymous-auth", "path": "{.authentication.anonymous.enabled}",
                                           "compare": {"op": "eq", "value": False}}]}, "remediation": "r", "scored": True}]}]}, f)
        f.write("\n")
    # the type is looked for on a line of its own
    with open(os.path.join(d, "t", "policies.yaml"), encoding="utf-8") as f:
        doc = json.load(f)
    with open(os.path.join(d, "t", "policies.yaml"), "w", encoding="utf-8") as f:
        f.write("controls:\nversion: t\nid: 5\ntext: t\ntype: \"policies\"\ngroups: " + json.dumps(doc["groups"]) + "\n")


def node(d):
    def put(path, text):
        p = os.path.join(d, path)
        os.makedirs(os.path.dirname(p), exist_ok=True)
        with open(p, "w", encoding="utf-8") as f:
            f.write(text)
    put("etc/hostname", "Node-1\n")
    put("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    put("etc/group", "root:x:0:\n")
    put("var/lib/kubelet/config.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
        "authentication:\n  anonymous:\n    enabled: false\nauthorization:\n  mode: Webhook\nstreamingConnectionIdleTimeout: 4h\n")
    put("proc/77/stat", "77 (kubelet) S 1 77 77 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n")
    put("proc/77/status", "Name:\tkubelet\nPid:\t77\nPPid:\t1\nUid:\t0\t0\t0\t0\n")
    put("proc/77/cmdline", "/usr/bin/kubelet\0--config=/var/lib/kubelet/config.yaml\0")
    put("proc/77/comm", "kubelet\n")


class Bench:
    def __init__(self, *args):
        r = subprocess.run([SEAWALL, "bench", *args], capture_output=True, text=True, timeout=60,
                           env=dict(CLEAN, HOME="/nonexistent"), check=False)
        self.code, self.err, self.out = r.returncode, r.stderr, r.stdout
        try:
            self.doc = json.loads(r.stdout)
        except ValueError:
            self.doc = {}

    def states(self):
        return {c["test_number"]: c["status"] for x in self.doc.get("Controls", []) for g in x["tests"] for c in g["results"]}

    def __repr__(self):
        return f"exit {self.code} {self.err}\n{self.states() or self.out[:1500]}"


def role(kind, name, **kw):
    return dict({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}}, **kw)


def cluster():
    c = fake.Cluster()
    c.put(fake.namespace("default"))
    c.put(fake.pod("a", "kube-system"))
    c.put({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "default"}, "automountServiceAccountToken": False})
    c.put({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"}, "spec": {}})
    c.put(role("ClusterRoleBinding", "b", roleRef={"kind": "ClusterRole", "name": "cluster-admin"}, subjects=[{"kind": "Group", "name": "admins"}]))
    c.put(role("ClusterRole", "cluster-admin", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]))
    c.raw["/api/v1/nodes/node-1/proxy/configz"] = {"kubeletconfig": {
        "authentication": {"anonymous": {"enabled": True}}, "authorization": {"mode": "Webhook"}, "streamingConnectionIdleTimeout": "4h0m0s"}}
    return c


def main():
    d = tempfile.mkdtemp(prefix="seawall-bench-")
    benchmark(os.path.join(d, "cfg"))
    node(os.path.join(d, "root"))
    root, cfg = os.path.join(d, "root"), os.path.join(d, "cfg")
    c = cluster()
    with fake.Fake(c) as f:
        k = f.kubeconfig()
        args = ["--benchmark-dir", cfg, "--benchmark", "t", "--root", root, "--target", "policies"]
        live = [*args, "--live", "--kubeconfig", k]
        b = Bench(*live, "-o", "kube-bench-json")
        for i, audit, _ in CHECKS:
            T.ok(b.states().get("5.1." + i) == "PASS", audit[:70], b)
        T.ok(sum(p.startswith("/api/v1/pods") for p, _ in c.requests) == 1, "each kind is listed once", [p for p, _ in c.requests])
        b = Bench(*live, "-o", "json", "--check", "5.1.20", "--passes")
        said = json.dumps(b.doc)
        T.ok("the running kubelet has true, its file false" in said, "the running kubelet and its file differ: both are told", said[:1500])
        b = Bench(*args, "-o", "json")
        T.ok("--live" in json.dumps(b.doc) and b.code == 0 or "not-evaluated" in json.dumps(b.doc), "without --live nothing is evaluated", b)
        # forbidden
        c.fault("^/api/v1/(namespaces/kube-system/)?pods", lambda h: h.forbidden("pods") or True)
        b = Bench(*live, "-o", "json")
        bad = {x["rule"].rsplit("-", 1)[-1]: x for x in b.doc.get("findings", []) if x["verdict"] == "not-evaluated"}
        T.ok(any("5.1.1" in r and "403 forbidden: pods is forbidden" in json.dumps(x) for r, x in bad.items()) or
             any("pods is forbidden" in json.dumps(x) for x in bad.values()), "what is forbidden is not evaluated, with the reason", json.dumps(b.doc)[:1500])
        b = Bench(*live, "-o", "kube-bench-json")
        T.ok(b.states().get("5.1.1") == "WARN" and b.states().get("5.1.4") == "WARN" and b.states().get("5.1.2") == "PASS",
             "neither PASS nor FAIL by accident", b)
        c.faults.clear()
        # our own benchmark: the running value decides
        own = ["--root", root, "--target", "node", "--live", "--kubeconfig", k, "--check", "SW-NODE-401", "-o", "json", "--passes"]
        b = Bench(*[a for a in own if a not in ("--check", "SW-NODE-401")])
        hit = [x for x in b.doc.get("findings", []) if "nonymous" in x.get("message", "") + x.get("title", "")]
        T.ok(any(x["verdict"] == "fail" and "config.yaml:5 says false" in json.dumps(x) and "configz" in json.dumps(x) for x in hit),
             "our own benchmark judges what runs and says what the file has", json.dumps(hit)[:1500])
        T.ok(not any("4h says" in json.dumps(x) for x in b.doc.get("findings", [])), "4h is 4h0m0s")
        c.fault("configz", lambda h: h.forbidden("nodes/proxy") or True)
        b = Bench(*[a for a in own if a not in ("--check", "SW-NODE-401")])
        T.ok("was not seen, only its files" in b.err and "403" in b.err, "a configz that is forbidden is said", b.err)
        for name, answer in [("an answer that is no configuration", {"a": 1}), ("a configuration that is a list", {"kubeletconfig": [1]})]:
            c.faults.clear()
            c.raw["/api/v1/nodes/node-1/proxy/configz"] = answer
            b = Bench(*[a for a in own if a not in ("--check", "SW-NODE-401")])
            T.ok("no kubelet's configuration" in b.err, name, b.err)
        c.fault("configz", lambda h: h.reply(200, b"x" * (3 << 20)) or True)
        b = Bench(*[a for a in own if a not in ("--check", "SW-NODE-401")])
        T.ok("too large" in b.err, "a configz without end", b.err)
        c.fault("^/api", lambda h: time.sleep(0.1) or h.reply(500, fake.status(500, "InternalError", "no")) or True)
        b = Bench(*live, "-o", "kube-bench-json")
        T.ok(set(b.states().values()) <= {"WARN", "PASS"} and b.states().get("5.1.1") == "WARN", "a server that fails: nothing evaluated", b)
    subprocess.run(["rm", "-rf", d], check=False)
    return T.end()


sys.exit(main())
