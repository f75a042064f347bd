# SPDX-License-Identifier: Apache-2.0
"""An API server on loopback that behaves, or misbehaves as it is told: TLS, client certificates and tokens,
discovery of both kinds, pages, watches, and faults by path."""
import base64
import gzip
import http.server
import json
import os
import queue
import re
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

TOKEN = "sekret-token-0123456789"

# group, version, resource, kind, namespaced, shortNames
KINDS = [
    ("", "v1", "namespaces", "Namespace", False, ["ns"]),
    ("", "v1", "pods", "Pod", True, ["po"]),
    ("", "v1", "secrets", "Secret", True, []),
    ("", "v1", "configmaps", "ConfigMap", True, ["cm"]),
    ("", "v1", "serviceaccounts", "ServiceAccount", True, ["sa"]),
    ("", "v1", "services", "Service", True, ["svc"]),
    ("", "v1", "nodes", "Node", False, ["no"]),
    ("", "v1", "events", "Event", True, ["ev"]),
    ("apps", "v1", "deployments", "Deployment", True, ["deploy"]),
    ("apps", "v1beta1", "deployments", "Deployment", True, ["deploy"]),
    ("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", True, ["netpol"]),
    ("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", False, []),
    ("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", False, []),
    ("rbac.authorization.k8s.io", "v1", "roles", "Role", True, []),
    ("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", True, []),
    ("example.com", "v1", "widgets", "Widget", True, ["wd"]),
]


def run(*argv, **kw):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)


def make_pki(d):
    """A CA, a server certificate for 127.0.0.1 and api.test, a client certificate."""
    p = lambda n: os.path.join(d, n)
    ext = p("ext")
    with open(ext, "w", encoding="utf-8") as f:
        f.write("[s]\nsubjectAltName=IP:127.0.0.1,DNS:api.test,DNS:localhost\n[n]\nsubjectAltName=DNS:only.test\n[c]\nkeyUsage=digitalSignature\n")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        p("ca.key"), "-out", p("ca.crt"), "-days", "2", "-subj", "/CN=test-ca")
    for name, sect, subj in (("server", "s", "/CN=api"), ("other", "n", "/CN=other"), ("client", "c", "/O=system:masters/CN=admin")):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            p(name + ".key"), "-out", p(name + ".csr"), "-subj", subj)
        run("openssl", "x509", "-req", "-in", p(name + ".csr"), "-CA", p("ca.crt"), "-CAkey", p("ca.key"),
            "-CAcreateserial", "-out", p(name + ".crt"), "-days", "2", "-extfile", ext, "-extensions", sect)


class Cluster:
    """Objects and what goes wrong. `faults`: path regex -> function(handler) -> True when it answered."""

    def __init__(self):
        self.kinds = list(KINDS)
        self.objects = {}  # (group, resource) -> {(ns, name): object}
        self.faults = []
        self.raw = {}  # path -> document
        self.requests = []
        self.token = TOKEN
        self.rv = 100
        self.aggregated = True
        self.lock = threading.Lock()
        self.watches = []  # (group, resource, queue)

    def kind(self, group, resource):
        for k in self.kinds:
            if k[0] == group and k[2] == resource:
                return k
        return None

    def put(self, o, event=None):
        group, _, version = o["apiVersion"].rpartition("/")
        with self.lock:
            resource = next(k[2] for k in self.kinds if k[0] == group and k[3] == o["kind"])
            self.rv += 1
            o["metadata"]["resourceVersion"] = str(self.rv)
            table = self.objects.setdefault((group, resource), {})
            key = (o["metadata"].get("namespace", ""), o["metadata"]["name"])
            old = key in table
            table[key] = o
            for g, r, q in self.watches:
                if (g, r) == (group, resource):
                    q.put({"type": event or ("MODIFIED" if old else "ADDED"), "object": o})

    def delete(self, group, resource, ns, name):
        with self.lock:
            self.rv += 1
            o = self.objects[(group, resource)].pop((ns, name))
            for g, r, q in self.watches:
                if (g, r) == (group, resource):
                    q.put({"type": "DELETED", "object": o})

    def break_watches(self, item=None):
        with self.lock:
            for _, _, q in self.watches:
                q.put(item)

    def fault(self, pattern, fn, times=None):
        self.faults.append([re.compile(pattern), fn, times])


def status(code, reason, message, **more):
    return dict({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
                 "reason": reason, "code": code}, **more)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, code, doc, headers=(), ctype="application/json"):
        body = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
        self.send_response(code)
        self.send_header("Content-Type", ctype)
        for k, v in headers:
            self.send_header(k, v)
        if len(body) > 128 and "gzip" in self.headers.get("Accept-Encoding", "") and code == 200:
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forbidden(self, what):
        self.reply(403, status(403, "Forbidden", f'{what} is forbidden: User "tester" cannot list resource "{what}"'))

    def authenticated(self):
        c = self.server.cluster
        if self.server.mtls and self.connection.getpeercert():
            return True
        auth = self.headers.get("Authorization", "")
        if auth.startswith("Basic "):
            return base64.b64decode(auth[6:]) == b"joe:pass"
        return auth == "Bearer " + c.token

    def do_GET(self):
        c = self.server.cluster
        c.requests.append((self.path, dict(self.headers)))
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        for f in list(c.faults):
            if f[2] != 0 and f[0].search(self.path):
                if f[2]:
                    f[2] -= 1
                if f[1](self):
                    return None
        if not self.authenticated():
            return self.reply(401, status(401, "Unauthorized", "Unauthorized"))
        path = url.path
        if path.startswith("/prefix/"):
            path = path[7:]
        if path in c.raw:
            return self.reply(200, c.raw[path])
        if path == "/version":
            return self.reply(200, {"major": "1", "minor": "31", "gitVersion": "v1.31.2"})
        if path in ("/api", "/apis"):
            return self.roots(path)
        m = re.fullmatch(r"/(?:api|apis/([^/]+))/(v[^/]+)(?:/namespaces/([^/]+)(?=/))?(?:/([^/]+))?(?:/([^/]+))?", path)
        if not m:
            return self.reply(404, status(404, "NotFound", "the server could not find the requested resource"))
        group, version, ns, resource, name = m.groups()
        group = group or ""
        if not resource:
            return self.version(group, version)
        return self.objects(group, version, ns and urllib.parse.unquote(ns), resource, name)

    def roots(self, path):
        c = self.server.cluster
        kinds = [k for k in c.kinds if (k[0] == "") == (path == "/api")]
        groups = {}
        for k in kinds:
            groups.setdefault(k[0], {}).setdefault(k[1], []).append(k)
        if c.aggregated and "apidiscovery" in self.headers.get("Accept", ""):
            items = [{"metadata": {"name": g}, "versions": [
                {"version": v, "freshness": "Current", "resources": [
                    {"resource": k[2], "responseKind": {"group": g, "version": v, "kind": k[3]},
                     "scope": "Namespaced" if k[4] else "Cluster", "singularResource": k[3].lower(),
                     "verbs": ["get", "list", "watch"], "shortNames": k[5],
                     "subresources": [{"subresource": "status", "verbs": ["get"]}]} for k in ks]}
                for v, ks in vs.items()]} for g, vs in groups.items()]
            return self.reply(200, {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
                                    "metadata": {}, "items": items})
        if path == "/api":
            return self.reply(200, {"kind": "APIVersions", "versions": ["v1"]})
        return self.reply(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": g, "versions": [{"groupVersion": g + "/" + v, "version": v} for v in vs],
             "preferredVersion": {"groupVersion": g + "/" + list(vs)[0], "version": list(vs)[0]}}
            for g, vs in groups.items()]})

    def version(self, group, version):
        res = []
        for k in self.server.cluster.kinds:
            if (k[0], k[1]) == (group, version):
                res.append({"name": k[2], "singularName": k[3].lower(), "namespaced": k[4], "kind": k[3],
                            "verbs": ["get", "list", "watch"], "shortNames": k[5]})
                res.append({"name": k[2] + "/status", "namespaced": k[4], "kind": k[3], "verbs": ["get"]})
        if not res:
            return self.reply(404, status(404, "NotFound", "no such version"))
        return self.reply(200, {"kind": "APIResourceList", "groupVersion": version, "resources": res})

    def objects(self, group, version, ns, resource, name):
        c = self.server.cluster
        kind = c.kind(group, resource)
        if not kind:
            return self.reply(404, status(404, "NotFound", "the server could not find the requested resource"))
        with c.lock:
            table = dict(c.objects.get((group, resource), {}))
            rv = c.rv
        if name:
            o = table.get((ns or "", urllib.parse.unquote(name)))
            return self.reply(200, o) if o else self.reply(404, status(404, "NotFound", f'{resource} "{name}" not found'))
        if self.query.get("watch"):
            return self.watch(group, resource, int(self.query.get("resourceVersion", "0") or 0))
        items = [o for (n, _), o in sorted(table.items()) if not ns or n == ns]
        meta = {"resourceVersion": str(rv)}
        limit, start = int(self.query.get("limit", "0")), 0
        if "continue" in self.query:
            start = int(self.query["continue"].split(":")[-1])
        if limit and start + limit < len(items):
            meta["continue"] = f"tok en/+:{start + limit}"
        items = items[start:start + limit] if limit else items[start:]
        gv = f"{group}/{version}" if group else version
        if "PartialObjectMetadataList" in self.headers.get("Accept", "") and not getattr(self.server, "no_partial", 0):
            items = [{"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": o["metadata"]} for o in items]
            return self.reply(200, {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": items})
        items = [{k: v for k, v in o.items() if k not in ("kind", "apiVersion")} for o in items]
        return self.reply(200, {"kind": kind[3] + "List", "apiVersion": gv, "metadata": meta, "items": items})

    def watch(self, group, resource, rv):
        c = self.server.cluster
        q = queue.Queue()
        with c.lock:
            for o in c.objects.get((group, resource), {}).values():
                if int(o["metadata"]["resourceVersion"]) > rv:
                    q.put({"type": "ADDED", "object": o})
            c.watches.append((group, resource, q))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                try:
                    e = q.get(timeout=0.5)
                except queue.Empty:
                    e = {"type": "BOOKMARK", "object": {"kind": "X", "metadata": {"resourceVersion": str(c.rv)}}}
                if e is None:
                    self.close_connection = True
                    return
                data = e if isinstance(e, bytes) else json.dumps(e).encode() + b"\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()
        except OSError:
            self.close_connection = True
        finally:
            with c.lock:
                c.watches = [w for w in c.watches if w[2] is not q]


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass

    def get_request(self):
        sock, addr = self.socket.accept()
        return (self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False) if self.tls else sock), addr


class Fake:
    """A server in a thread; used as a context."""

    def __init__(self, cluster=None, tls=True, cert="server"):
        self.cluster = cluster or Cluster()
        self.tls = tls
        self.cert = cert
        self.dir = tempfile.mkdtemp(prefix="seawall-kube-")
        make_pki(self.dir)

    def __enter__(self):
        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.cluster = self.cluster
        self.server.mtls = self.tls
        self.server.tls = None
        if self.tls:
            ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ctx.load_cert_chain(self.path(self.cert + ".crt"), self.path(self.cert + ".key"))
            ctx.load_verify_locations(self.path("ca.crt"))
            ctx.verify_mode = ssl.CERT_OPTIONAL
            self.server.tls = ctx
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *a):
        self.cluster.break_watches()
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["rm", "-rf", self.dir], check=False)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read64(self, name):
        with open(self.path(name), "rb") as f:
            return base64.b64encode(f.read()).decode()

    def kubeconfig(self, name="config", cluster=None, user=None, context=None, **top):
        """A kubeconfig in JSON, which is YAML."""
        c = {"server": f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"}
        if self.tls:
            c["certificate-authority"] = "ca.crt"
        c.update(cluster or {})
        c = {k: v for k, v in c.items() if v is not None}
        u = user if user is not None else {"token": TOKEN}
        doc = {"apiVersion": "v1", "kind": "Config", "current-context": "test",
               "clusters": [{"name": "prod", "cluster": c}], "users": [{"name": "me", "user": u}],
               "contexts": [{"name": "test", "context": dict({"cluster": "prod", "user": "me"}, **(context or {}))}]}
        doc.update(top)
        with open(self.path(name), "w", encoding="utf-8") as f:
            json.dump(doc, f)
        return self.path(name)


def pod(name, ns="default", **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": ns},
            "spec": dict({"containers": [{"name": "c", "image": "registry.example/app:1.0"}]}, **spec)}


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
