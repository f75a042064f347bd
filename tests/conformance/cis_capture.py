#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captured nodes: no secret is in the capture, and judging it equals judging the node.

Secrets are planted in every form that a node has them in, and each file is asked for whole; then every node of the other
tests is judged, captured and judged again, by our own benchmark and by those of kube-bench that are here.
usage: cis_capture.py SEAWALL   prints TAP"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cis_nodes import MANAGED, NODES, Node, folder_of, make  # noqa: E402
from cis_own import DAY, TRAPS  # noqa: E402
from cis_patch import LAYOUTS  # noqa: E402
from harness import Tap, skip_all  # noqa: E402

S = "hush%dHush"  # what must not be found
PEM = "-----BEGIN %s PRIVATE KEY-----\n%s\n-----END %s PRIVATE KEY-----\n"
CERT = "-----BEGIN CERTIFICATE-----\nPUBLIC\n-----END CERTIFICATE-----\n"


class Plants:
    def __init__(self):
        self.words, self.files, self.stay = [], {}, {}

    def s(self):
        self.words.append(S % len(self.words))
        return self.words[-1]

    def key(self):
        return PEM % ("EC", self.s() + "\n" + self.s(), "EC")

    def b64(self, text):
        out = base64.b64encode(text.encode()).decode()
        self.words.append(out[16:])
        return out


def planted(p):
    s = p.s
    f = {
        "/etc/kubernetes/admin.conf": "apiVersion: v1\nkind: Config\ncurrent-context: STAYS-A\nusers:\n- name: a\n  user:\n"
        f"    client-certificate-data: {p.b64(CERT + 'x' * 40)}\n    client-key-data: {p.b64(p.key())}\n    token: {s()}\n    username: STAYS-B\n"
        f"    password: \"{s()} {s()}\"\n- {{name: b, user: {{token: {s()}, password: '{s()}, {s()}'}}}}\n"
        f"- name: c\n  user:\n    auth-provider: {{name: oidc, config: {{id-token: {s()}, refresh-token: {s()}, client-secret: {s()}}}}}\n",
        "/etc/kubernetes/enc.yaml": "kind: EncryptionConfiguration\nresources:\n- resources: [secrets, STAYS-C]\n  providers:\n  - aescbc:\n      keys:\n"
        f"      - name: STAYS-D\n        secret: {s()}\n      - {{secret: {s()}, name: k2}}\n      - secret: |-\n          {s()}\n          {s()}\n        name: STAYS-E\n"
        f"      - name: k4\n        secret:\n          {s()}\n      - name: k5\n        secret: >\n          {s()}\n  - identity: {{}}\n",
        "/etc/kubernetes/enc.json": json.dumps({"kind": "EncryptionConfiguration", "keys": [{"name": "STAYS-F", "secret": s()}, {"secret": s()}],
                                                "Password": "a\"b" + s(), "credentials": [s(), s()], "nested": {"secret": {"data": s()}}}),
        "/etc/kubernetes/azure.json": json.dumps({"aadClientId": "STAYS-G", "aadClientSecret": s(), "cloud": "AzurePublicCloud"}, indent=1),
        "/etc/kubernetes/known_tokens.csv": f"{s()},admin,1,system:masters\n",
        "/etc/kubernetes/pki/basic_auth.csv": f"{s()},admin,1\n",
        "/etc/kubernetes/pki/ca.key": p.key(),
        "/etc/kubernetes/pki/both.crt": CERT + p.key() + "STAYS-H\n",
        "/var/lib/kubelet/pki/kubelet-client-current.pem": CERT + p.key(),
        "/etc/kubernetes/one-line.json": json.dumps({"key": p.key(), "name": "STAYS-I"}),
        "/var/lib/etcd/member/snap/db": f"k8s/secrets/{s()}",
        "/var/run/secrets/kubernetes.io/serviceaccount/token": "eyJhbGciOiJSUzI1NiJ9." + s() + "." + s(),
        "/etc/mixed.txt": f"a jwt eyJhbGciOiJSUzI1NiJ9.{s()}.{s()} STAYS-J\nAuthorization: Bearer {s()}\njoin abcdef.0123456789abcdef now\n"
        f"postgres://user:{s()}@host/db STAYS-K\nAKIAABCDEFGHIJKLMNOP\n--token {s()} --etcd-password={s()} --api-key \"{s()}\"\n",
        "/etc/rancher/k3s/config.yaml": f"token: {s()}\nagent-token: \"{s()}\"\nkube-apiserver-arg:\n- anonymous-auth=false\n- STAYS-L=1\n"
        f"datastore-endpoint: mysql://u:{s()}@tcp(h)/k\nnode-label: [STAYS-M]\n",
        "/etc/containerd/config.toml": f"[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r\".auth]\nusername = \"STAYS-N\"\npassword = \"{s()}\"\n"
        f"auth = \"{s()}\"\nidentitytoken = '{s()}'\n",
        "/root/.docker/config.json": json.dumps({"auths": {"STAYS-O": {"auth": s()}}}),
        "/etc/passwd": f"root:$6$salt${s()}:0:0:STAYS-P:/root:/bin/sh\n",
        "/etc/shadow": f"root:$6$x${s()}:1::::::\n",
        "/etc/broken.yaml": f"a: [b\n  token: {s()}\n client_secret = {s()}\n\tSTAYS-Q\n",
        "/proc/100/environ": f"A=STAYS-R\0API_TOKEN={s()}\0DB_PASSWORD={s()}\0",
    }
    f["/etc/mixed.txt"] = f["/etc/mixed.txt"]
    p.words += ["0123456789abcdef", "AKIAABCDEFGHIJKLMNOP"]
    p.files = f


def bench(seawall, root, *more):
    r = subprocess.run([seawall, "bench", "--root", root, "--fail-on", "never", *more], capture_output=True, timeout=120, check=False,
                       env={**os.environ, "SOURCE_DATE_EPOCH": DAY})
    if r.returncode:
        raise RuntimeError(r.stderr.decode())
    return json.loads(r.stdout)


def secrets(seawall, top):
    p = Plants()
    planted(p)
    root, cfg, out = top + "/node", top + "/cfg", top + "/node.json"
    n = Node(root)
    n.proc("kube-apiserver", ["kube-apiserver", "--STAYS-S=1", "--token", p.s(), "--oidc-client-secret=" + p.s(), f"--etcd-servers=https://u:{p.s()}@h:2379",
                              "--token-auth-file=/etc/kubernetes/STAYS-T.csv", "--enable-bootstrap-token-auth=true", "--bearer", "x"])
    for path, text in p.files.items():
        n.write(path, text)
    os.makedirs(cfg + "/t")
    with open(cfg + "/config.yaml", "w", encoding="utf-8") as f:
        f.write("---\nversion_mapping: {\"1.31\": t}\ntarget_mapping: {t: [node]}\nnode: {components: [kubelet], kubelet: {confs: [/x], bins: [kubelet]}}\n")
    checks = [{"id": f"1.{i}", "text": path, "audit": f"cat {path}", "tests": {"test_items": [{"flag": "STAYS"}]}, "remediation": "r", "scored": True}
              for i, path in enumerate(p.files)] + [
        {"id": "1.99", "text": "ps", "audit": "ps -ef", "tests": {"test_items": [{"flag": "kube"}]}, "remediation": "r", "scored": True}]
    with open(cfg + "/t/node.yaml", "w", encoding="utf-8") as f:
        f.write("controls:\nversion: t\nid: 4\ntext: t\ntype: \"node\"\ngroups: " + json.dumps([{"id": "1", "text": "t", "checks": checks}]) + "\n")
    bench(seawall, root, "--benchmark-dir", cfg, "--benchmark", "t", "--target", "node", "-o", "kube-bench-json", "--capture", out)
    with open(out, encoding="utf-8") as f:
        text = f.read()
    doc = json.loads(text)
    for path in p.files:
        got = doc["files"].get(path, {}).get("text", "")
        found = [w for w in p.words if w in got]
        yield f"no secret of {path} is in the capture", isinstance(got, str) and not found, f"{found} in {got[:600]}"
        lost = [w for w in set(p.files[path].split()) if "STAYS" in w and w[w.index("STAYS"):][:7] not in got]
        yield f"what is no secret of {path} is", not lost, f"{lost} {got[:600]}"
        if path.endswith(".json"):
            try:
                json.loads(got)
            except ValueError as e:
                yield f"{path} is still JSON", False, str(e) + got
    args = next(x for x in doc["processes"] if x["comm"] == "kube-apiserver")["args"]
    yield "none of a command line", args == ["kube-apiserver", "--STAYS-S=1", "--token", "REDACTED", "--oidc-client-secret=REDACTED",
                                            "--etcd-servers=https://u:REDACTED@h:2379", "--token-auth-file=/etc/kubernetes/STAYS-T.csv",
                                            "--enable-bootstrap-token-auth=true", "--bearer", "x"], args
    yield "none anywhere", not [w for w in p.words if w in text], [w for w in p.words if w in text]


def rows(doc):
    if "Controls" in doc:
        return [(r["test_number"], r["status"], r.get("reason", "")) for c in doc["Controls"] for g in c["tests"] or [] for r in g["results"]]
    return [(f["rule"], f["verdict"], f.get("message", ""), f.get("reason", ""), json.dumps(f.get("evidence"))) for f in doc["findings"]]


def differ(x, y):
    return [(a, b) for a, b in zip(x, y) if a != b][:2] or (len(x), len(y))


def same(seawall, top):
    def tree_of(name):
        return lambda n: make(name, n.root)
    trees = [(name, tree_of(name), b) for name, (_, _, b) in sorted(NODES.items())] + [(n, t, ()) for n, t in LAYOUTS] + \
            [(name, tree, ()) for name, tree, _ in TRAPS if name not in ("a link that leads out",)]
    for name, tree, benchmarks in trees:
        root, out = top + "/x", top + "/x.json"
        shutil.rmtree(root, ignore_errors=True)
        tree(Node(root))
        own = ("-o", "json", "--passes")
        live, away = rows(bench(seawall, root, *own, "--capture", out)), rows(bench(seawall, out, *own))
        yield f"{name}: a captured node is judged alike", live == away, differ(live, away)
        for b in benchmarks:
            folder = folder_of(b)
            if not folder:
                yield f"{name} {b}: alike # skip not among the benchmarks here", True, ""
                continue
            args = ("--benchmark-dir", folder, "--benchmark", b, "-o", "kube-bench-json", "--target",
                    "node" if b.startswith(MANAGED) else "master,node,etcd,controlplane")
            live, away = rows(bench(seawall, root, *args, "--capture", out)), rows(bench(seawall, out, *args))
            yield f"{name} {b}: a captured node is judged alike", live == away, differ(live, away)


def main(seawall):
    if os.geteuid() != 0:
        return skip_all("captured nodes", "the trees need files that belong to root")
    tap = Tap()
    top = tempfile.mkdtemp(prefix="cis-capture-")
    try:
        for part in (secrets(seawall, top), same(seawall, top)):
            for name, ok, why in part:
                tap.ok(ok, name, why)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
