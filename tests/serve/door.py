# SPDX-License-Identifier: Apache-2.0
"""What the tests of `seawall admit` share: a server on loopback, requests, AdmissionReviews."""
import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap  # noqa: E402, F401

HEADERS = {"Content-Type": "application/json"}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".new", path)


class Server:
    """One `seawall admit`; used as a context."""

    def __init__(self, binary, *args, descriptors=0, cert=True):
        self.binary, self.descriptors = binary, descriptors
        self.dir = tempfile.mkdtemp(prefix="seawall-admit-")
        self.policies = os.path.join(self.dir, "policies")
        os.mkdir(self.policies)
        self.tls = os.path.join(self.dir, "tls")
        self.args = list(args)
        if cert:
            self.make_cert(self.tls)

    def make_cert(self, where, *names):
        names = names or ("localhost", "127.0.0.1")
        subprocess.run([self.binary, "admit", "--generate-cert", where] + [a for n in names for a in ("--name", n)],
                       check=True, stdout=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.dir, name)

    def policy(self, name, *docs):
        write(os.path.join(self.policies, name), "\n---\n".join(json.dumps(d) for d in docs))

    def limit(self):
        if self.descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))

    def __enter__(self):
        self.start()
        return self

    def start(self):
        ports = self.path("ports")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(ports)
        self.log = open(self.path("stderr"), "ab")
        command = [self.binary, "admit", "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0",
                   "--port-file", ports, "--cert", self.tls + "/tls.crt", "--key", self.tls + "/tls.key",
                   "--policies", self.policies, "--poll", "50ms", "--drain", "200ms", "--workers", "2"] + self.args
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, preexec_fn=self.limit)
        end = time.time() + 30
        while time.time() < end and self.process.poll() is None:
            with contextlib.suppress(FileNotFoundError, ValueError):
                text = open(ports, encoding="ascii").read()
                if text.endswith("\n"):
                    self.port, self.health = (int(x) for x in text.split())
                    return
            time.sleep(0.01)
        raise RuntimeError("the server did not start: " + self.messages())

    def __exit__(self, *exc):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        self.code = self.process.returncode
        self.said = self.messages()
        shutil.rmtree(self.dir, ignore_errors=True)

    def messages(self):
        return open(self.path("stderr"), encoding="utf-8", errors="replace").read()

    def context(self, ca=None, client=None):
        c = ssl.create_default_context(cafile=ca or self.tls + "/tls.crt")
        if client:
            c.load_cert_chain(client + "/tls.crt", client + "/tls.key")
        return c

    def connect(self, timeout=20, **kw):
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=self.context(**kw))

    def raw(self, timeout=20):
        """A TLS socket."""
        s = socket.create_connection(("127.0.0.1", self.port), timeout)
        return self.context().wrap_socket(s, server_hostname="localhost")

    def get(self, path):
        c = http.client.HTTPConnection("127.0.0.1", self.health, timeout=20)
        c.request("GET", path)
        r = c.getresponse()
        body = r.read().decode()
        c.close()
        return r.status, body

    def metric(self, name):
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith("seawall_" + name + " "):
                return float(line.split()[-1])
        return None

    def post(self, body, path="/validate?timeout=3s", connection=None, headers=None):
        c = connection or self.connect()
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        c.request("POST", path, data, headers or HEADERS)
        r = c.getresponse()
        text = r.read()
        if not connection:
            c.close()
        return r.status, text

    def review(self, body, path="/validate?timeout=3s", connection=None):
        """The response of an AdmissionReview; checks its envelope."""
        status, text = self.post(body, path, connection)
        if status != 200:
            raise AssertionError(f"status {status}: {text[:200]!r}")
        answer = json.loads(text)
        assert answer["apiVersion"] == "admission.k8s.io/v1" and answer["kind"] == "AdmissionReview", answer
        assert answer["response"]["uid"] == body["request"]["uid"], answer
        return answer["response"]

    def wait(self, what, seconds=10):
        end = time.time() + seconds
        while time.time() < end:
            if what():
                return True
            time.sleep(0.02)
        return False


# ---- objects ----

def pod(name="p", ns="default", labels=None, **spec):
    container = {"name": "c", "image": "registry.example.org/app:1.0"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": ns, "labels": labels or {}},
            "spec": {"containers": [container], **spec}}


COUNT = 0


def review(obj, op="CREATE", resource="pods", old=None, **more):
    global COUNT
    COUNT += 1
    group, _, version = obj["apiVersion"].rpartition("/")
    kind = {"group": group, "version": version, "kind": obj["kind"]}
    what = {"group": group, "version": version, "resource": resource}
    request = {"uid": f"00000000-0000-4000-8000-{COUNT:012d}", "kind": kind, "resource": what, "requestKind": kind,
               "requestResource": what, "name": obj["metadata"].get("name", ""),
               "namespace": obj["metadata"].get("namespace", ""), "operation": op,
               "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
               "object": obj if op != "DELETE" else None, "oldObject": obj if op == "DELETE" else old,
               "dryRun": False, "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}}
    request.update(more)
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}


def template(kind, rego, schema=None):
    return {"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": kind.lower()},
            "spec": {"crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": schema or {
                "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}},
                     "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}]}}


def constraint(kind, name, parameters=None, action="deny", match=None, annotations=None, **spec):
    return {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind,
            "metadata": {"name": name, **({"annotations": annotations} if annotations else {})},
            "spec": {"enforcementAction": action, "parameters": parameters or {},
                     "match": match or {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, **spec}}


LABELS = template("RequiredLabels", """package requiredlabels
violation[{"msg": msg}] {
  wanted := input.parameters.labels[_]
  not input.review.object.metadata.labels[wanted]
  msg := sprintf("label %v is missing", [wanted])
}""")

# Takes much longer than any deadline here.
ENDLESS = template("Endless", """package endless
violation[{"msg": "never"}] {
  input.review.object.metadata.labels.slow
  all := numbers.range(1, 3000)
  some i, j, k
  all[i] + all[j] + all[k] == -1
}""")


# ---- the same objects, judged in other ways ----


def replayed(binary, requests, *args):
    """Line of a recorded request to what denies it."""
    with tempfile.TemporaryDirectory() as d:
        write(d + "/requests.jsonl", "".join(json.dumps(r) + "\n" for r in requests))
        run = subprocess.run([binary, "policy", "replay", *args, "-o", "json", d + "/requests.jsonl"], capture_output=True,
                             text=True)
        found = {}
        for row in json.loads(run.stdout)["rows"]:
            found.setdefault(row["line"] - 1, set()).add((row["rule"], row["message"]))
        return found


def reviewed(binary, policies, objects):
    """Name of an object to the violations that `policy review` finds."""
    with tempfile.TemporaryDirectory() as d:
        for i, o in enumerate(objects):
            write(f"{d}/{i}.json", json.dumps(o))
        run = subprocess.run([binary, "policy", "review", "-o", "json", "-f", policies, "-f", d], capture_output=True,
                             text=True)
        found = {}
        for r in json.loads(run.stdout or "[]") or []:
            c = r["constraint"]
            if c["kind"].startswith("K8sUnique"):
                continue  # compares the objects with each other: they are in this command's inventory only
            found.setdefault(r["violatingObject"]["metadata"]["name"], set()).add(
                (f"{c['kind']}/{c['metadata']['name']}", r["msg"]))
        return found


def decided(server, requests):
    """What the decision log says about requests, in their order."""
    found = []
    for i, r in enumerate(requests):
        server.review(r)
        server.wait(lambda: os.path.exists(server.path("decisions")) and
                    open(server.path("decisions")).read().count("\n") == i + 1)
        line = json.loads(open(server.path("decisions")).read().splitlines()[-1])
        found.append({(j["policy"], j["message"]) for j in line.get("judgements", [])})
    return found
