# SPDX-License-Identifier: Apache-2.0
"""`seawall bench --kubelet`: the running configuration asked of a kubelet of the test's own over loopback, with the node's
client certificate; and audits that exec into pods or debug nodes, answered where the pod and the node are this one."""
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from door import Tap

SEAWALL = sys.argv[1]
T = Tap()
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("KUBE", "SEAWALL")) and "proxy" not in k.lower()}


class Kubelet(BaseHTTPRequestHandler):
    answer, seen, code = {}, [], 200

    def do_GET(self):
        cert = self.connection.getpeercert(True)
        self.seen.append((self.path, bool(cert), self.headers.get("Authorization")))
        body = json.dumps({"kubeletconfig": self.answer}).encode()
        self.send_response(self.code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def certificate(path, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    f"/O=system:nodes/CN={name}", "-keyout", path + ".key", "-out", path + ".crt"], check=True, capture_output=True)


def serve(d):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(d + "/kubelet.crt", d + "/kubelet.key")
    ctx.verify_mode = ssl.CERT_REQUIRED
    ctx.load_verify_locations(d + "/client.crt")
    s = HTTPServer(("127.0.0.1", 0), Kubelet)
    s.socket = ctx.wrap_socket(s.socket, server_side=True)
    threading.Thread(target=s.serve_forever, daemon=True).start()
    return s


def put(root, path, text, mode=0o644):
    p = root + path
    os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(p, mode)


def proc(root, pid, comm, args):
    put(root, f"/proc/{pid}/stat", f"{pid} ({comm[:15]}) S 1 {pid} {pid} 0 -1\n")
    put(root, f"/proc/{pid}/status", f"Name:\t{comm[:15]}\nUid:\t0\t0\t0\t0\n")
    put(root, f"/proc/{pid}/cmdline", "\0".join(args) + "\0")


def node(root, d):
    put(root, "/etc/hostname", "Node-1\n")
    put(root, "/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    put(root, "/etc/group", "root:x:0:\n")
    proc(root, 77, "kubelet", ["/usr/bin/kubelet", "--config=/k.yaml", "--kubeconfig=/etc/kubernetes/kubelet.conf"])
    proc(root, 78, "etcd", ["etcd", "--cert-file=/here", "--client-cert-auth=true"])
    put(root, "/k.yaml", "kind: KubeletConfiguration\nauthentication: {anonymous: {enabled: false}}\n")
    put(root, "/etc/kubernetes/kubelet.conf", "users:\n- name: a\n  user: {client-certificate: /pki/c.pem, client-key: /pki/c.pem}\n")
    with open(d + "/client.crt", encoding="ascii") as c, open(d + "/client.key", encoding="ascii") as k:
        put(root, "/pki/c.pem", c.read() + k.read(), 0o600)
    put(root, "/host/etc/dir/secret.yaml", "x", 0o640)


def run(*args):
    r = subprocess.run([SEAWALL, "bench", *args], capture_output=True, text=True, timeout=60, env=dict(CLEAN, HOME="/nonexistent"), check=False)
    try:
        return r.returncode, r.stderr, json.loads(r.stdout)
    except ValueError:
        return r.returncode, r.stderr, {}


def finding(doc, rule):
    return next((f for f in doc.get("findings", []) if f["rule"] == rule), {})


def asked(root, port):
    own = ["--root", root, "--target", "node", "--fail-on", "never", "-o", "json", "--passes"]
    code, err, doc = run(*own, "--kubelet", f"127.0.0.1:{port}")
    f = finding(doc, "SW-NODE-721")
    T.ok(f.get("verdict") == "fail" and "configz" in f.get("message", "") and "/k.yaml" in json.dumps(f), "what runs decides, the file is told", (err, f))
    T.ok(Kubelet.seen and all(p == "/configz" and c and a is None for p, c, a in Kubelet.seen) and len(Kubelet.seen) == 1,
         "asked once, with the node's certificate and no token", Kubelet.seen)
    code, err, doc = run(*own)
    T.ok(finding(doc, "SW-NODE-721").get("verdict") == "pass" and len(Kubelet.seen) == 1, "without --kubelet nothing is asked", err)
    capture = root + ".json"
    run(*own, "--kubelet", f"127.0.0.1:{port}", "--capture", capture)
    code, err, doc = run("--root", capture, *own[2:])
    T.ok(finding(doc, "SW-NODE-721").get("message") == f.get("message"), "a capture keeps what the kubelet said", err)
    n = len(Kubelet.seen)
    Kubelet.code = 403
    code, err, doc = run(*own, "--kubelet", f"127.0.0.1:{port}")
    T.ok("403" in err and "only its files" in err and finding(doc, "SW-NODE-721").get("verdict") == "pass", "forbidden: its files, and that is said", err)
    Kubelet.code = 200
    for bad in ("10.0.0.1:10250", "169.254.169.254:80", "localhost", "127.0.0.1:99999", "127.0.0.1.evil:1", "[::1]"):
        code, err, doc = run(*own, "--kubelet", bad)
        T.ok(code == 2 and "127.0.0.1:10250" in err, f"{bad} is refused", (code, err))
    code, err, doc = run(*own, "--kubelet", "127.0.0.1:1")
    T.ok("nobody listens" in err, "nobody there", err)
    if os.geteuid() == 0:
        other = subprocess.Popen([sys.executable, "-c", "import os,socket,sys,time\nos.setgid(65534);os.setuid(65534)\ns=socket.socket();s.bind(('127.0.0.1',0));"
                                  "s.listen();print(s.getsockname()[1],flush=True);time.sleep(30)"], stdout=subprocess.PIPE, text=True)
        p = other.stdout.readline().strip()
        code, err, doc = run(*own, "--kubelet", f"127.0.0.1:{p}")
        T.ok("not root's" in err, "a port that another user took is not asked", err)
        other.kill()
        other.wait()
    os.rename(root + "/pki/c.pem", root + "/pki/gone")
    code, err, doc = run(*own, "--kubelet", f"127.0.0.1:{port}")
    T.ok("no certificate" in err and len(Kubelet.seen) == n + 1, "without a certificate nothing is asked", err)
    os.rename(root + "/pki/gone", root + "/pki/c.pem")


AUDITS = [
    ("curl -sk https://127.0.0.1:10250/configz | jq -r .kubeletconfig.authentication.anonymous.enabled", "PASS", "true"),
    ("curl -sk --cert /a --key /b https://localhost:10250/configz | grep -o anonymous", "PASS", "anonymous"),
    ("curl -sk https://10.0.0.1:10250/configz", "WARN", "no connection is made"),
    ("NODE_NAME=$(oc get pod $HOSTNAME -o=jsonpath='{.spec.nodeName}')\noc get --raw /api/v1/nodes/$NODE_NAME/proxy/configz | jq '.kubeletconfig.authentication.anonymous.enabled'", "PASS", "true"),
    ("oc get --raw /api/v1/nodes/other/proxy/configz", "WARN", "other is not this one (node-1)"),
    ("oc get --raw /api/v1/secrets", "WARN", "kubectl get --raw"),
    ("NODE_NAME=$(oc get pod $HOSTNAME -o=jsonpath='{.spec.nodeName}'); oc debug node/$NODE_NAME -- chroot /host stat -c \"$NODE_NAME %n %a\" /k.yaml", "PASS", "node-1 /k.yaml 644"),
    ("oc debug node/other -- chroot /host cat /k.yaml", "WARN", "other is not this one"),
    ("oc debug node/node-1 -- cat /k.yaml", "WARN", "without chroot"),
    ("POD=$(oc get pods -n kube-system -l app=etcd --field-selector spec.nodeName=node-1 -o jsonpath='{.items[0].metadata.name}'); "
     "oc exec -n kube-system -c etcd \"$POD\" -- ps -o command= -C etcd | sed 's/.*\\(--cert-file=[^ ]*\\).*/\\1/'", "PASS", "--cert-file=/here"),
    ("kubectl exec -n kube-system e1 -- stat -c '%n %a' /in/secret.yaml", "PASS", "/in/secret.yaml 640"),
    ("oc rsh -n kube-system e1 stat -c %a /in/secret.yaml", "PASS", "640"),
    ("oc exec -n kube-system e1 -- /bin/sh -c 'for f in /in/*; do stat -c \"$f %a\" $f; done'", "PASS", "/in/secret.yaml 640"),
    ("oc exec -n kube-system e1 -- cat /etc/hostname", "WARN", "not seen from the node"),
    ("oc exec -n kube-system e1 -- cat /in/../../etc/passwd", "WARN", ""),
    ("oc exec -n kube-system e2 -- cat /in/x", "WARN", "runs on the node node-2"),
    ("oc exec -n kube-system e1 -- oc exec -n kube-system e1 -- ls /in", "WARN", "exec within exec"),
    ("oc exec -n kube-system none -- ls", "WARN", "is not known"),
    ("oc create sa x", "WARN", "would change the cluster"),
]


def exec_audits(root, d, port):
    cfg = d + "/cfg"
    os.makedirs(cfg + "/t")
    with open(cfg + "/config.yaml", "w", encoding="utf-8") as f:
        f.write("---\nversion_mapping: {\"1.31\": t}\ntarget_mapping: {t: [node]}\nnode: {components: [kubelet], kubelet: {confs: [/k.yaml], bins: [kubelet]}}\n")
    checks = [{"id": f"1.{i}", "text": a, "audit": a, "tests": {"test_items": [{"flag": want if state == "PASS" else "@@"}]}, "remediation": "r", "scored": True}
              for i, (a, state, want) in enumerate(AUDITS)]
    with open(cfg + "/t/node.yaml", "w", encoding="utf-8") as f:
        f.write("controls:\nversion: t\nid: 4\ntext: t\ntype: \"node\"\ngroups: " + json.dumps([{"id": "1", "text": "t", "checks": checks}]) + "\n")
    with open(d + "/objects.json", "w", encoding="utf-8") as f:
        json.dump({"kind": "List", "apiVersion": "v1", "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "kube-system", "labels": {"app": "etcd"}},
             "spec": {"nodeName": at, "volumes": [{"name": "v", "hostPath": {"path": "/host/etc/dir"}}, {"name": "e", "emptyDir": {}}],
                      "containers": [{"name": "etcd", "volumeMounts": [{"name": "v", "mountPath": "/in"}, {"name": "e", "mountPath": "/e"}]}]}}
            for name, at in (("e1", "node-1"), ("e2", "node-2"))]}, f)
    code, err, doc = run("--root", root, "--benchmark-dir", cfg, "--benchmark", "t", "--target", "node", "--objects", d + "/objects.json",
                         "--kubelet", f"127.0.0.1:{port}", "-o", "kube-bench-json", "--fail-on", "never")
    got = {r["test_number"]: r for c in doc.get("Controls", []) for g in c["tests"] for r in g["results"]}
    for i, (a, state, want) in enumerate(AUDITS):
        r = got.get(f"1.{i}", {})
        T.ok(r.get("status") == state and (state == "PASS" or want in r.get("reason", "")), a.replace("\n", "; ")[-90:], (err, r))


def main():
    d = tempfile.mkdtemp(prefix="seawall-kubelet-")
    root = d + "/root"
    certificate(d + "/kubelet", "node-1")
    certificate(d + "/client", "system:node:node-1")
    node(root, d)
    Kubelet.answer = {"authentication": {"anonymous": {"enabled": True}}, "authorization": {"mode": "Webhook"}}
    s = serve(d)
    asked(root, s.server_port)
    exec_audits(root, d, s.server_port)
    s.shutdown()
    subprocess.run(["rm", "-rf", d], check=False)
    return T.end()


sys.exit(main())
