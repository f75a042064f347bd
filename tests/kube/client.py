# SPDX-License-Identifier: Apache-2.0
"""`seawall scan --live` against a server of its own: how it gets in, what it reads, what it does with a server
that fails or lies."""
import json
import os
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
import fake
from door import Tap

SEAWALL = sys.argv[1]
T = Tap()
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "SEAWALL")) and "proxy" not in k.lower()}


class Scan:
    def __init__(self, *args, env=None, live=True, timeout=60):
        begin = time.monotonic()
        r = subprocess.run([SEAWALL, "scan", *(["--live"] if live else []), "-o", "json", *args], capture_output=True,
                           env=dict(dict(CLEAN, HOME="/nonexistent"), **(env or {})), timeout=timeout, check=False)
        self.seconds = time.monotonic() - begin
        self.code, self.err = r.returncode, r.stderr.decode(errors="replace")
        self.out = r.stdout.decode(errors="replace")
        try:
            self.doc = json.loads(self.out)
        except ValueError:
            self.doc = {"findings": [], "coverage": {}}
        self.findings = self.doc["findings"]

    def objects(self):
        return self.doc["coverage"].get("objects")

    def gaps(self):
        return [f for f in self.findings if f["rule"] == "SW-INPUT-010"]

    def __repr__(self):
        return f"exit {self.code}\n{self.err}\n{self.objects()} {[g['message'] for g in self.gaps()][:5]}"


def has(s, text):
    return text in s.err


def fill(c, pods=3):
    c.put(fake.namespace("default"))
    for i in range(pods):
        c.put(fake.pod(f"p{i:04}", hostNetwork=True))
    return c


def ways_in():
    c = fill(fake.Cluster())
    with fake.Fake(c) as f:
        s = Scan("--kubeconfig", f.kubeconfig())
        T.ok(s.code == 1 and s.objects() == 4, "a token", s)
        place = [e["evidence"][0]["file"] for e in s.findings if e["rule"] == "SW-POD-013"] or \
            [e["evidence"][0]["file"] for e in s.findings if e["subject"].get("kind") == "Pod"]
        T.ok(place and place[0] == "/api/v1/namespaces/default/pods/p0000", "the place is the API path", place[:2])
        T.ok(s.findings[0]["subject"].get("cluster", "prod") == "prod" and any(e["subject"].get("cluster") == "prod" for e in s.findings), "the cluster's name is the kubeconfig's")
        s = Scan("--kubeconfig", f.kubeconfig(user={"token": "wrong-token-9876543210"}))
        T.ok(s.code == 2 and has(s, "/api: 401 not authenticated: Unauthorized") and "wrong-token" not in s.err,
             "a wrong token is an error without the token", s)
        c.fault("^/api$", lambda h: h.reply(403, fake.status(403, "Forbidden", "no: " + h.headers.get("Authorization", ""))) or True, 1)
        s = Scan("--kubeconfig", f.kubeconfig())
        T.ok(s.code == 2 and has(s, "403 forbidden: no: Bearer <token>") and fake.TOKEN not in s.err,
             "a server that tells the token back", s)
        s = Scan("--kubeconfig", f.kubeconfig(user={"client-certificate": "client.crt", "client-key": "client.key"}))
        T.ok(s.objects() == 4, "a client certificate from files beside the kubeconfig", s)
        s = Scan("--kubeconfig", f.kubeconfig(user={"client-certificate-data": f.read64("client.crt"), "client-key-data": f.read64("client.key")},
                                              cluster={"certificate-authority": None, "certificate-authority-data": f.read64("ca.crt")}))
        T.ok(s.objects() == 4, "certificates in the kubeconfig", s)
        s = Scan("--kubeconfig", f.kubeconfig(user={"username": "joe", "password": "pass"}))
        T.ok(s.objects() == 4, "a name and a password", s)
        with open(f.path("tok"), "w", encoding="utf-8") as t:
            t.write(fake.TOKEN + "\n")
        s = Scan("--kubeconfig", f.kubeconfig(user={"tokenFile": "tok", "token": "old"}))
        T.ok(s.objects() == 4, "a token's file counts before a token", s)
        s = Scan("--kubeconfig", f.kubeconfig(cluster={"certificate-authority": None}))
        T.ok(s.code == 2 and has(s, "certificate"), "an authority that nobody knows is refused", s)
        s = Scan("--kubeconfig", f.kubeconfig(cluster={"certificate-authority": None, "insecure-skip-tls-verify": True}))
        T.ok(s.objects() == 4 and has(s, "is not checked"), "insecure-skip-tls-verify works and warns", s)
        s = Scan("--kubeconfig", f.kubeconfig(cluster={"tls-server-name": "api.test"}))
        host = c.requests[-1][1].get("Host")
        T.ok(s.objects() == 4 and host == f"127.0.0.1:{f.port}", "tls-server-name", (s, host))
        s = Scan("--kubeconfig", f.kubeconfig(cluster={"tls-server-name": "evil.test"}))
        T.ok(s.code == 2 and has(s, "evil.test"), "a tls-server-name that the certificate has not", s)
        s = Scan("--kubeconfig", f.kubeconfig(cluster={"server": f"https://127.0.0.1:{f.port}/prefix/"}))
        T.ok(s.objects() == 4, "a server with a path, as Rancher has it", s)
        s = Scan("--kubeconfig", f.kubeconfig(user={"token": fake.TOKEN, "as": "joe", "as-groups": ["a", "b"]}))
        h = c.requests[-1][1]
        T.ok(s.objects() == 4 and h.get("Impersonate-User") == "joe", "impersonation", h)
    with fake.Fake(fill(fake.Cluster()), cert="other") as f:
        s = Scan("--kubeconfig", f.kubeconfig())
        T.ok(s.code == 2 and s.objects() is None, "a certificate of another name is refused", s)
    with fake.Fake(fill(fake.Cluster()), tls=False) as f:
        s = Scan("--kubeconfig", f.kubeconfig())
        T.ok(s.objects() == 4, "plain HTTP on loopback", s)


def files():
    c = fill(fake.Cluster())
    with fake.Fake(c) as f:
        s = Scan()
        T.ok(s.code == 2 and has(s, "there is no kubeconfig, and this is no pod"), "no kubeconfig", s)
        s = Scan(live=False)
        T.ok(s.code == 2 and has(s, "nothing to scan"), "neither a path nor --live", s)
        s = Scan("--kubeconfig", f.kubeconfig(), f.path("config"), live=False)
        T.ok(s.code == 2 and has(s, "--kubeconfig does nothing without --live") and not c.requests,
             "no connection without --live", s)
        s = Scan("--kubeconfig", f.path("missing"))
        T.ok(s.code == 2 and has(s, "missing"), "a kubeconfig that is not there", s)
        a, b = f.kubeconfig("a"), f.kubeconfig("b", users=[], contexts=[], clusters=[{"name": "prod", "cluster": {"server": "https://127.0.0.1:1"}}])
        s = Scan(env={"KUBECONFIG": f"{f.path('none')}:{a}::{b}"})
        T.ok(s.objects() == 4, "of several kubeconfigs the first one that has the entry counts", s)
        s = Scan(env={"KUBECONFIG": f"{b}:{a}"})
        T.ok(s.code == 2 and has(s, "127.0.0.1:1/"), "and the other way round", s)
        os.makedirs(f.path(".kube"))
        os.rename(f.kubeconfig(cluster={"certificate-authority": "../ca.crt"}), f.path(".kube/config"))
        s = Scan(env={"HOME": f.dir})
        T.ok(s.objects() == 4, "~/.kube/config", s)
        s = Scan("--context", "other", env={"HOME": f.dir})
        T.ok(s.code == 2 and has(s, 'no context "other"'), "a context that is not there", s)
        # a service account, whose token changes while it is used
        sa = f.path("sa")
        s = Scan(env={"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(f.port)})
        T.ok(s.code == 2 and has(s, "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"), "a pod without its account's files", s)


def plugin(f, body, **spec):
    with open(f.path("plugin"), "w", encoding="utf-8") as p:
        p.write("#!/bin/sh\n" + body)
    os.chmod(f.path("plugin"), stat.S_IRWXU)
    return f.kubeconfig(user={"exec": dict({"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin"}, **spec)})


def credential(**st):
    return json.dumps({"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": st})


def exec_plugins():
    c = fill(fake.Cluster())
    with fake.Fake(c) as f:
        good = credential(token=fake.TOKEN)
        k = plugin(f, f"touch {f.dir}/ran\ncat <<'E'\n{good}\nE\n")
        s = Scan("--kubeconfig", k)
        T.ok(s.code == 2 and has(s, "--allow-exec-plugin") and not os.path.exists(f.path("ran")),
             "a plugin is not started unless allowed", s)
        s = Scan("--kubeconfig", k, "--allow-exec-plugin")
        T.ok(s.objects() == 4 and os.path.exists(f.path("ran")), "a plugin's token", s)
        k = plugin(f, f'echo "$1|$MORE|$KUBERNETES_EXEC_INFO" > {f.dir}/said\ncat <<\'E\'\n{good}\nE\n', args=["$(touch x); a b"],
                   env=[{"name": "MORE", "value": "v"}], provideClusterInfo=True)
        s = Scan("--kubeconfig", k, "--allow-exec-plugin")
        said = open(f.path("said"), encoding="utf-8").read() if os.path.exists(f.path("said")) else ""
        arg, _, rest = said.partition("|")
        info = json.loads(rest.partition("|")[2] or "{}")
        T.ok(arg == "$(touch x); a b" and rest.startswith("v|") and info.get("kind") == "ExecCredential" and
             info["spec"]["cluster"]["server"].endswith(str(f.port)), "its arguments, environment and cluster", said)
        cert = credential(clientCertificateData=open(f.path("client.crt"), encoding="utf-8").read(),
                          clientKeyData=open(f.path("client.key"), encoding="utf-8").read())
        s = Scan("--kubeconfig", plugin(f, f"cat <<'E'\n{cert}\nE\n"), "--allow-exec-plugin")
        T.ok(s.objects() == 4, "a plugin's certificate", s)
        # the first token is refused, the second is good
        s = Scan("--kubeconfig", plugin(f, f"if [ -e {f.dir}/once ]; then cat <<'E'\n{good}\nE\nelse touch {f.dir}/once; cat <<'E'\n{credential(token='stale-token-1')}\nE\nfi\n"), "--allow-exec-plugin")
        T.ok(s.objects() == 4, "a plugin is asked again when its token is refused", s)
        for name, body, text in [("fails", "exit 3", "failed (status 3)"), ("says nothing", "true", "is no JSON"),
                                 ("says too much", "yes", "File too large"), ("is killed", "kill -9 $$", "failed (signal 9)"),
                                 ("answers another version", "echo '" + good.replace("/v1", "/v1beta1") + "'", "another version")]:
            s = Scan("--kubeconfig", plugin(f, body + "\n"), "--allow-exec-plugin")
            T.ok(s.code == 2 and has(s, text), f"a plugin that {name}", s)
        s = Scan("--kubeconfig", f.kubeconfig(user={"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin", "installHint": "install it"}}), "--allow-exec-plugin")
        T.ok(s.code == 2 and has(s, "no-such-plugin") and has(s, "install it"), "a plugin that is not installed", s)
        s = Scan("--kubeconfig", plugin(f, "true", interactiveMode="Always"), "--allow-exec-plugin")
        T.ok(s.code == 2 and has(s, "wants a terminal"), "a plugin that wants a terminal", s)


def reading():
    c = fill(fake.Cluster(), 1203)
    c.put({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default", "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"k":"TOPSECRET"}}'}}, "type": "Opaque", "data": {"k": "VE9QU0VDUkVU"}})
    c.put({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"}})
    with fake.Fake(c) as f:
        k = f.kubeconfig()
        s = Scan("--kubeconfig", k)
        T.ok(s.objects() == 1205, "pages; events are left out", s)
        accept = [h["Accept"] for p, h in c.requests if p.startswith("/api/v1/secrets")]
        T.ok(accept and all("PartialObjectMetadataList" in a for a in accept), "of Secrets only metadata is asked for", accept)
        T.ok(any(x["rule"] == "SW-INPUT-011" and x["verdict"] == "not-evaluated" for x in s.findings) and not s.gaps(),
             "and that is said", [x["rule"] for x in s.findings if x["rule"].startswith("SW-INPUT")])
        f.server.no_partial = True
        s = Scan("--kubeconfig", k)
        T.ok("TOPSECRET" not in s.out and "VE9QU0VDUkVU" not in s.out and s.objects() == 1205, "a server that sends whole Secrets all the same", s)
        s = Scan("--kubeconfig", k, "--secrets")
        T.ok(s.objects() == 1205 and not any(x["rule"] == "SW-INPUT-011" for x in s.findings), "--secrets reads them whole", s)
        c.aggregated = False
        s = Scan("--kubeconfig", k)
        T.ok(s.objects() == 1205 and any(p == "/apis/apps/v1" for p, _ in c.requests), "discovery of old servers", s)
        c.aggregated = True
        c.put(fake.pod("else", "other"))
        s = Scan("--kubeconfig", k, "--namespace", "other")
        T.ok(s.objects() == 1, "--namespace", s)
        a, b = Scan("--kubeconfig", k), Scan("--kubeconfig", k)
        T.ok(a.out == b.out, "the same cluster, the same bytes")


POLICIES = """
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: nohostnetwork}
spec:
  crd: {spec: {names: {kind: NoHostNetwork}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package nohostnetwork
      violation[{"msg": msg}] {
        input.review.object.spec.hostNetwork
        msg := sprintf("%v of %d pods", [input.review.object.metadata.name, count(data.inventory.namespace["default"]["v1"].Pod)])
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NoHostNetwork
metadata: {name: audited}
spec:
  enforcementAction: scoped
  scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: audit.gatekeeper.sh}]}]
  match: {kinds: [{apiGroups: [""], kinds: [Pod]}]}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NoHostNetwork
metadata: {name: elsewhere}
spec:
  enforcementAction: scoped
  scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: validation.gatekeeper.sh}]}]
---
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: {name: config, namespace: gatekeeper-system}
spec: {match: [{processes: [audit], excludedNamespaces: [spared]}]}
"""


def audit():
    """As Gatekeeper's audit: its enforcement point, its excluded namespaces, and every object in the inventory."""
    c = fill(fake.Cluster(), 700)
    c.put(fake.pod("x", "spared", hostNetwork=True))
    c.put(fake.namespace("spared"))
    with fake.Fake(c) as f:
        policies = f.path("policies.yaml")
        with open(policies, "w") as out:
            out.write(POLICIES)
        s = Scan("--kubeconfig", f.kubeconfig(), "--no-builtin", "--policies", policies)
        T.ok(s.code == 1 and s.objects() == 703 and sorted({x["rule"] for x in s.findings}) == ["NoHostNetwork/audited"],
             "--policies is Gatekeeper's audit", s)
        T.ok(sorted(x["message"] for x in s.findings) == [f"p{i:04} of 700 pods" for i in range(700)] and
             all(x["severity"] == "high" for x in s.findings), "every pod is judged by itself, with the whole inventory", s)


def faults():
    def page(n):
        return rf"^/api/v1/pods\?.*continue=.*{n}$"

    def answer(code, doc, *more, **kw):
        return lambda h: h.reply(code, doc, *more, **kw) or True

    def raw(data):
        def fn(h):
            h.wfile.write(data)
            h.close_connection = True
            return True
        return fn

    def half(h):
        body = b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[' + b",".join(
            json.dumps({"metadata": {"name": f"p{i:04}", "namespace": "default"}, "spec": {"containers": []}}).encode() for i in range(500, 600))
        h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n" + body)
        h.close_connection = True
        return True

    def head(ctype="application/json"):
        return b"HTTP/1.1 200 OK\r\nContent-Type: " + ctype.encode() + b"\r\nConnection: close\r\n\r\n"

    gone = fake.status(410, "Expired", "The provided continue parameter is too old")
    cases = [
        # name, path, what, times, objects, gap text
        ("a page that is too old, going on where the server says", page(500), answer(410, dict(gone, metadata={"continue": "x:500"})), 1, 1204, None),
        ("a page that is too old, beginning again", page(1000), answer(410, gone), 1, 1204, None),
        ("pages that are always too old", page(500), answer(410, gone), None, 1204, None),
        ("a kind that is forbidden", "^/api/v1/pods", lambda h: h.forbidden("pods") or True, None, 1, "403 forbidden: pods is forbidden"),
        ("a second page that is forbidden", page(500), lambda h: h.forbidden("pods") or True, None, 501, "not listed to its end"),
        ("429 with Retry-After", "^/api/v1/pods", answer(429, fake.status(429, "TooManyRequests", "slow down"), [("Retry-After", "1")]), 2, 1204, None),
        ("503 that passes", "^/api/v1/pods", answer(503, b"upstream", (), "text/plain"), 1, 1204, None),
        ("500", "^/api/v1/pods", answer(500, fake.status(500, "InternalError", "etcd is gone")), None, 1, "500 internal error: etcd is gone"),
        ("half an answer, once", page(500), half, 1, 1204, None),
        ("half an answer, always", page(500), half, None, 601, "not listed to its end"),
        ("a page of HTML", "^/api/v1/pods", answer(200, b"<html>log in</html>", (), "text/html"), None, 1, "the answer is text/html, not JSON"),
        ("HTML that says it is JSON", "^/api/v1/pods", answer(200, b"<html>log in</html>"), None, 1, "'<' where a list should begin"),
        ("no content type", "^/api/v1/pods", raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"), None, 1, "of no type, not JSON"),
        ("an object that is no list", "^/api/v1/pods", answer(200, {"kind": "Pod", "apiVersion": "v1"}), None, 1, "no list"),
        ("an item that is no object", "^/api/v1/pods", answer(200, {"kind": "PodList", "apiVersion": "v1", "items": [5]}), None, 1, "an object without a name"),
        ("two lists of items", "^/api/v1/pods", raw(head() + b'{"kind":"PodList","items":[],"items":[{"metadata":{"name":"x"}}]}'), None, 1, 'two members "items"'),
        ("broken JSON in an item", "^/api/v1/pods", raw(head() + b'{"kind":"PodList","items":[{"metadata":{"name":nope}}]}'), None, 1, "/api/v1/pods"),
        ("an object without end", "^/api/v1/pods", raw(head() + b'{"kind":"PodList","items":[{"a":"' + b"x" * (17 << 20)), None, 1, "an object is larger than"),
        ("endless text around the list", "^/api/v1/pods", raw(head() + b'{"kind":"PodList","x":"' + b"y" * (2 << 20)), None, 1, "bytes around its objects"),
        ("nesting without end", "^/api/v1/pods", raw(head() + b'{"x":' + b"[" * 100000), None, 1, "nested too deep"),
        ("nesting in an item", "^/api/v1/pods", raw(head() + b'{"kind":"PodList","items":[' + b"[" * 100000 + b"]" * 100000 + b"]}"), None, 1, "/api/v1/pods"),
        ("pages in a circle", page(500), answer(200, {"kind": "PodList", "apiVersion": "v1", "metadata": {"continue": "tok en/+:500"}, "items": []}), None, 501, "lead in a circle"),
        ("a redirection", "^/api/v1/pods", answer(302, {}, [("Location", "http://127.0.0.1:1/")]), None, 1, "/api/v1/pods: 302"),
        ("a connection that breaks once", "^/api/v1/pods", raw(b""), 1, 1204, None),
    ]
    c = fill(fake.Cluster(), 1203)
    with fake.Fake(c) as f:
        k = f.kubeconfig()
        for name, path, fn, times, objects, text in cases:
            c.faults.clear()
            c.fault(path, fn, times)
            s = Scan("--kubeconfig", k)
            said = " ".join(g["message"] for g in s.gaps())
            T.ok(s.objects() == objects and (text in said if text else not s.gaps()) and s.code == 1, name, (s, said))
        c.faults.clear()
        c.fault("^/api/v1/pods", lambda h: time.sleep(4) or False)
        s = Scan("--kubeconfig", k, "--api-timeout", "1s")
        T.ok(s.objects() == 1 and len(s.gaps()) == 1 and s.seconds < 20, "a server that sleeps: its time is up", s)
        c.faults.clear()
        c.fault("^/api/v1/", lambda h: h.forbidden("everything") or True)
        c.fault("^/apis/.+", lambda h: h.forbidden("everything") or True)
        s = Scan("--kubeconfig", k)
        T.ok(s.code == 2 and has(s, "403 forbidden"), "everything forbidden is an error, not a clean cluster", s)
        c.faults.clear()
        c.fault("^/apis/apps", lambda h: h.forbidden("deployments") or True)
        s = Scan("--kubeconfig", k, "--strict-coverage", "--fail-on", "never")
        T.ok(s.code == 3, "a gap counts with --strict-coverage", s)
        c.faults.clear()
        c.aggregated = False
        c.fault("^/apis/example.com", lambda h: h.reply(503, fake.status(503, "ServiceUnavailable", "the aggregated server is down")) or True)
        s = Scan("--kubeconfig", k, timeout=90)
        T.ok(s.objects() == 1204 and any("is down" in g["message"] for g in s.gaps()), "a group that does not answer is a gap", s)


for part in sys.argv[2:] or ("ways_in", "files", "exec_plugins", "reading", "audit", "faults"):
    globals()[part]()
sys.exit(T.end())
