#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judge node trees by Seawall's own benchmark.

usage: cis_own.py SEAWALL GOLDEN-DIR          prints TAP
       cis_own.py SEAWALL GOLDEN-DIR --write  writes GOLDEN-DIR/<node>.seawall.tsv anew

Three parts: every control of whole nodes (id, verdict, what was found) against golden files; verdicts that
must equal kube-bench's on the same trees, but for differences that are named here with their reason; and small
trees that each hold one trap, with the exact verdict expected."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cis_nodes import API, NODES, Node, make  # noqa: E402
from harness import SHARED, Tap, skip_all  # noqa: E402

# Valid to 2126, to 2026-12-16, and with an RSA key of 1,024 bits; their keys are thrown away.
LONG = """-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUShJm94TEuGbMxasTyvQ3rJNiYNgwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEbG9uZzAgFw0yNjExMjYyMTA1MDhaGA8yMTI2MTEwMjIxMDUw
OFowDzENMAsGA1UEAwwEbG9uZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFN4
VUti+c7y8/tyadI5fKLsPd/I0QnbrxX91MAg/T5eQy0b/WZVaMqSQ8tcjpK9i2a0
d8tuI0CoMU2K2hcB4AejUzBRMB0GA1UdDgQWBBTJfIATP46bzX5+JtlCEpjZ3wHG
+jAfBgNVHSMEGDAWgBTJfIATP46bzX5+JtlCEpjZ3wHG+jAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIEeNK3mBlhshDKvCBECHZvgc6qftKkuizTUN
3IA5YcX6AiBSobIkZFDsEUXPq30V/e7XruXWtCRJut1yM6aatgnk1Q==
-----END CERTIFICATE-----
"""
SHORT = """-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUNxYxHyOOgp1lTK9yJIz1Ars7Kg8wCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFc2hvcnQwHhcNMjYxMTI2MjEwNTA4WhcNMjYxMjE2MjEwNTA4
WjAQMQ4wDAYDVQQDDAVzaG9ydDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIqY
BqEYo4GO8UInO+7AMiqK/yoY8W4ae2tPrD3b4MqH/PtHPJ6coyQZRcIaVgmRtZUj
9KTSC+fNMr7rGqx7JDWjUzBRMB0GA1UdDgQWBBTRBBHdhhTH1v6toVX9rBqWeXr1
zTAfBgNVHSMEGDAWgBTRBBHdhhTH1v6toVX9rBqWeXr1zTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIGUbSaQvY23UKGNBzV1kim29pAfL466hUzU0
AkU+xu0nAiAlJzMWODK1plSGNfo9p216we+FhD/rzwKQqd0ZeA40FA==
-----END CERTIFICATE-----
"""
WEAK = """-----BEGIN CERTIFICATE-----
MIIB/DCCAWWgAwIBAgIUcGR0NGSdXqKmuo78JSxAOQOKXVUwDQYJKoZIhvcNAQEL
BQAwDzENMAsGA1UEAwwEd2VhazAgFw0yNjExMjYyMTA1MDhaGA8yMTI2MTEwMjIx
MDUwOFowDzENMAsGA1UEAwwEd2VhazCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC
gYEAutudGGedJXIf9oGvMV1iXu2wK3yPANqLA9QIxtOIvEcxLrKXqiWbJk/t0sdf
aq7oUpLmq26MQHcji5pl4ydq/BfJvwOm3CbE/5SmKDHzLfva+GL2YMZHOePMvgsE
Yl/SgbyxzonWU6LWA1v9PpY1CEndorZDC1EjM7WOR+9C6h0CAwEAAaNTMFEwHQYD
VR0OBBYEFBFbry+AFPYWWFgMnox4qJ/KHdTJMB8GA1UdIwQYMBaAFBFbry+AFPYW
WFgMnox4qJ/KHdTJMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEA
NgQZK5fVcI6jp6bykzaEBbveiY9RbtstUuVjgZ9YJ/pAse1JYs0ZomcIUcZltiFh
W0TuYCH4PRHYNLJKQJ9KsXYceoBRrDLZ7pKwPyQ/tqVOmeoEr7klPGM5akgs4bf7
qtSrxBOK7SMpeD2PX1TJw2docCCUF/k8p59qAZ2WozE=
-----END CERTIFICATE-----
"""

DAY = "1796083200"  # 2026-12-01: what ends is judged by it
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
ENC = "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n"

# Where our verdict on purpose is not kube-bench's.
DIFFERS = {"1.1.12": "root:root is what kubeadm makes; kube-bench asks for etcd:etcd"}

# The node controls of CIS EKS, GKE and AKS, whose numbers our benchmark does not have, and our controls for the same.
MANAGED = {"3.1.1": 705, "3.1.2": 706, "3.1.3": 709, "3.1.4": 710, "3.2.1": 721, "3.2.2": 722, "3.2.3": 723, "3.2.4": 724,
           "3.2.5": 725, "3.2.6": 726, "3.2.7": 728, "3.2.8": 730, "3.2.9": 731}
PROXY = {"3.1.1": 703, "3.1.2": 704}  # GKE's mean the kubeconfig of kube-proxy
AZURE = {"3.1.3": 713, "3.1.4": 714}  # AKS's mean azure.json
OTHER_FILE = "kube-bench reads /etc/kubernetes/azure.json, not the file that the kubelet was started with"
GATE = "the gate is on by default; kube-bench wants it written"
EVENTS = "kube-bench wants 0, and here reads a kubelet.service.d file that GKE does not have; ours is content with 0 or 5 and more"
MANAGED_DIFFERS = {
    ("gke", "gke-1.6.0", "3.2.5"): "0s is never too; kube-bench compares it with the text 0",
    ("gke", "gke-1.6.0", "3.2.7"): EVENTS, ("gke-hardened", "gke-1.6.0", "3.2.7"): EVENTS,
    ("aks", "3.2.9"): GATE,
    ("aks", "aks-1.8", "3.2.2"): "aks-1.8 looks for the flag --anonymous-auth here; the flag is --authorization-mode=AlwaysAllow",
    **{("aks-config", k): OTHER_FILE for k in ("3.2.3", "3.2.5", "3.2.6", "3.2.7", "3.2.8")},
    **{("aks-config-hardened", k): OTHER_FILE for k in ("3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.7", "3.2.9")},
}


def bench(seawall, root, *more, day=DAY, form="json"):
    done = subprocess.run([seawall, "bench", "--root", root, "-o", form, "--fail-on", "never", "--passes", *more],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60,
                          env={**os.environ, "SOURCE_DATE_EPOCH": day})
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return json.loads(done.stdout)


def by_rule(report):
    return {f["rule"]: f for f in report["findings"]}


def text_of(f):
    return f.get("message", "") if f["verdict"] in ("pass", "fail") else f.get("reason", "")


def golden_cases(seawall, golden, write):
    for name in sorted(NODES):
        root = tempfile.mkdtemp(prefix="cis-own-")
        try:
            make(name, root)
            got = by_rule(bench(seawall, root))
            lines = [f"{k}\t{f['verdict']}\t{text_of(f)}".replace(root, "") for k, f in sorted(got.items())]
        finally:
            shutil.rmtree(root, ignore_errors=True)
        path = os.path.join(golden, f"{name}.seawall.tsv")
        if write:
            with open(path, "w", encoding="utf-8") as f:
                f.write("\n".join(lines) + "\n")
        with open(path, encoding="utf-8") as f:
            want = f.read().splitlines()
        for line in want:
            key = line.split("\t")[0]
            have = next((x for x in lines if x.split("\t")[0] == key), "missing")
            yield have == line, f"{name} {key}", f"got  {have}\n# want {line}"
        extra = sorted({x.split("\t")[0] for x in lines} - {x.split("\t")[0] for x in want})
        yield not extra, f"{name} has no other control", " ".join(extra)


def parity_cases(seawall, golden):
    """Our verdict under the number of a published benchmark, against kube-bench's on the same tree."""
    for name, (_, _, benchmarks) in sorted(NODES.items()):
        if not name.startswith("kubeadm"):
            continue  # kube-bench's files do not find what the others run
        root = tempfile.mkdtemp(prefix="cis-own-")
        try:
            make(name, root)
            for b in benchmarks:
                out = bench(seawall, root, "--benchmark", b, form="kube-bench-json")
                got = {r["test_number"]: r["status"] for c in out["Controls"] for g in c["tests"] for r in g["results"]}
                with open(os.path.join(golden, f"{name}.{b}.tsv"), encoding="utf-8") as f:
                    rows = [line.split("\t") for line in f if line.strip() and line[0] != "#"]
                for key, theirs in ((r[0], r[1]) for r in rows):
                    if theirs not in ("PASS", "FAIL"):
                        continue
                    why = DIFFERS.get(key) or ("no control of ours has this number on this node" if key not in got else
                                               "ours is for a person, or not evaluated" if got[key] == "WARN" else None)
                    if why:
                        yield True, f"{name} {b} {key} as kube-bench # skip {why}", ""
                    else:
                        yield got[key] == theirs, f"{name} {b} {key} as kube-bench", f"{got[key]}, kube-bench {theirs}"
        finally:
            shutil.rmtree(root, ignore_errors=True)


def managed_cases(seawall, golden):
    """The same for the nodes of services; a difference that is named and is none any more is an error too."""
    for name, (_, _, benchmarks) in sorted(NODES.items()):
        if not name.startswith(("eks", "gke", "aks")):
            continue
        root = tempfile.mkdtemp(prefix="cis-own-")
        try:
            make(name, root)
            got = by_rule(bench(seawall, root))
        finally:
            shutil.rmtree(root, ignore_errors=True)
        for b in benchmarks:
            with open(os.path.join(golden, f"{name}.{b}.tsv"), encoding="utf-8") as f:
                rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
            for key, theirs in ((r[0], r[1]) for r in rows):
                rule = f"SW-NODE-{(PROXY if b.startswith('gke') else AZURE if b.startswith('aks') else {}).get(key) or MANAGED[key]}"
                ours = got.get(rule, {"verdict": "no control"})["verdict"].upper()
                why = MANAGED_DIFFERS.get((name, b, key)) or MANAGED_DIFFERS.get((name, key))
                yield (ours != theirs) == bool(why), f"{name} {b} {key} {rule} " + (f"differs: {why}" if why else "as kube-bench"), \
                    f"{ours}, kube-bench {theirs}"


# ---- traps: name, what makes the tree, {rule: (verdict, part of the text)} ----

def api(n, *more, **files):
    n.proc("kube-apiserver", API + list(more))
    for path, text in files.items():
        n.write("/etc/kubernetes/" + path.replace("__", "/").replace("_", "."), text)


def policy(rules):
    def tree(n):
        api(n, "--audit-policy-file=/etc/kubernetes/audit.yaml", audit_yaml=POLICY + rules)
    return tree


def encryption(text):
    def tree(n):
        api(n, "--encryption-provider-config=/etc/kubernetes/enc.yaml", enc_yaml=ENC + text)
    return tree


def kubelet(n, args=(), config=None, config_path="/var/lib/kubelet/config.yaml"):
    n.proc("kubelet", ["/usr/bin/kubelet"] + (["--config=" + config_path] if config is not None else []) + list(args))
    if config is not None:
        n.write(config_path, KUBELET + config)


def dpkg(*packages, state="install ok installed"):
    def tree(n):
        kubelet(n, config="")
        n.write("/var/lib/dpkg/status", "".join(f"Package: {p}\nStatus: {state}\nArchitecture: amd64\nVersion: {v}\nDescription: x\n y\n\n" for p, v in packages))
    return tree


def authn(text):
    def tree(n):
        api(n, "--authentication-config=/etc/kubernetes/authn.yaml", authn_yaml="kind: AuthenticationConfiguration\n" + text)
    return tree


def drop_ins(n):
    kubelet(n, ["--config-dir=/etc/kubelet.d"], "authentication: {anonymous: {enabled: false}}\nreadOnlyPort: 0\n")
    n.write("/etc/kubelet.d/20-b.conf", KUBELET + "readOnlyPort: 10255\n")
    n.write("/etc/kubelet.d/10-a.conf", KUBELET + "readOnlyPort: 10256\nauthentication: {anonymous: {enabled: true}}\n")
    n.write("/etc/kubelet.d/30-c.txt", KUBELET + "readOnlyPort: 0\n")


def unit(n):
    n.write("/usr/lib/systemd/system/kubelet.service", "[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/false\n")
    n.write("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
            "[Service]\nEnvironment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n"
            "EnvironmentFile=-/etc/default/kubelet\nExecStart=\n"
            "ExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS \\\n  $KUBELET_EXTRA_ARGS --hostname-override=${NAME}\n")
    n.write("/etc/default/kubelet", "KUBELET_EXTRA_ARGS=\"--anonymous-auth=true --read-only-port=10255\"\nNAME=two words\n")
    n.write("/var/lib/kubelet/config.yaml", KUBELET + "authentication: {anonymous: {enabled: false}}\n")


def edited(n):
    api(n, "--anonymous-auth=true", "--profiling=false")
    n.write("/etc/kubernetes/manifests/kube-apiserver.yaml",
            "kind: Pod\nspec:\n  containers:\n  - command:\n    - kube-apiserver\n    - --anonymous-auth=false\n"
            "    - --profiling=false\n")


def not_running(n):
    n.write("/etc/kubernetes/manifests/kube-apiserver.yaml",
            "kind: Pod\nspec:\n  containers:\n  - command: [kube-apiserver]\n    args:\n    - --authorization-mode=AlwaysAllow\n"
            "    - --anonymous-auth=false\n    - --audit-policy-file=/audit/policy.yaml\n"
            "    volumeMounts:\n    - {name: a, mountPath: /audit}\n  volumes:\n  - {name: a, hostPath: {path: /srv/audit}}\n")
    n.write("/srv/audit/policy.yaml", POLICY + "- level: Metadata\n")


def openshift(n):
    n.proc("kube-apiserver", ["kube-apiserver", "--openshift-config=/etc/kubernetes/static-pod-resources/configmaps/config/config.yaml"])
    n.write("/etc/kubernetes/manifests/kube-apiserver-pod.yaml",
            "kind: Pod\nmetadata: {labels: {component: kube-apiserver}}\nspec:\n  containers:\n  - command: [kube-apiserver]\n"
            "    volumeMounts:\n    - {name: r, mountPath: /etc/kubernetes/static-pod-resources}\n"
            "  volumes:\n  - {name: r, hostPath: {path: /etc/kubernetes/static-pod-resources/kube-apiserver-pod-9}}\n")
    n.write("/etc/kubernetes/static-pod-resources/kube-apiserver-pod-9/configmaps/config/config.yaml",
            "apiVersion: kubecontrolplane.config.openshift.io/v1\nkind: KubeAPIServerConfig\napiServerArguments:\n"
            "  anonymous-auth: [\"false\"]\n  authorization-mode: [Scope, SystemMasters, RBAC, Node]\n  audit-log-path: [/var/log/a.log]\n")


def k3s_args(n):
    n.proc("k3s-server", ["/usr/local/bin/k3s", "server", "--kube-apiserver-arg=anonymous-auth=true", "--kubelet-arg", "read-only-port=10255"])
    n.write("/etc/rancher/k3s/config.yaml", "kube-apiserver-arg:\n- audit-log-path=/var/log/k3s.log\n- profiling=true\n")
    n.write("/etc/rancher/k3s/config.yaml.d/9.yaml", "kube-controller-manager-arg+: [bind-address=0.0.0.0]\n")


def etcd_file(n):
    n.proc("etcd", ["etcd", "--config-file=/etc/etcd.yaml", "--client-cert-auth=true"])
    n.write("/etc/etcd.yaml", "client-transport-security:\n  client-cert-auth: false\n  cert-file: /a\n  key-file: /b\n"
            "listen-client-urls: https://0.0.0.0:2379\nadvertise-client-urls: https://10.0.0.1:2379\n")


def etcd_env(n):
    n.proc("etcd", ["etcd", "--cert-file=/a", "--key-file=/b"])
    n.write("/proc/100/environ", "ETCD_CLIENT_CERT_AUTH=true\0ETCD_CERT_FILE=/other\0")


def fifo(n):
    kubelet(n, config="")
    os.unlink(n.root + "/var/lib/kubelet/config.yaml")
    os.mkfifo(n.root + "/var/lib/kubelet/config.yaml")


def link_out(n):
    kubelet(n, ["--config=/var/lib/kubelet/config.yaml"])
    os.makedirs(n.root + "/var/lib/kubelet")
    os.symlink("../../../../../../../../etc/hostname", n.root + "/var/lib/kubelet/config.yaml")
    n.write("/etc/hostname", "authentication: {anonymous: {enabled: true}}\n")  # the node's own, below the root


def liar(n):
    n.proc("kubelet", ["/usr/bin/not-the-kubelet", "--anonymous-auth=true"])
    n.proc("bash", ["/usr/bin/kubelet", "--anonymous-auth=true"])


def impostor(n):
    """A user's process that calls itself the kubelet, and the kubelet."""
    n.proc("kubelet", ["/home/u/kubelet", "--config=/etc/shadow"])
    n.write("/proc/100/status", "Name:\tkubelet\nUid:\t1000\t1000\t1000\t1000\n")
    n.write("/etc/shadow", "authentication: {anonymous: {enabled: true}}\n", 0o600)
    kubelet(n, config="readOnlyPort: 10255\n")


def linked_pods(folder, file=None):
    """Static pods behind links: the folder, or a file, leads to FILE or to a folder of it."""
    def tree(n):
        at = "/etc/kubernetes/manifests"
        n.write("/srv/pods/" + folder, "spec: {containers: [{command: [kube-apiserver, --profiling=true]}]}\n")
        os.makedirs(os.path.dirname(n.root + at))
        if file:
            os.makedirs(n.root + at)
            os.symlink("/srv/pods/" + folder, n.root + at + "/" + file)
        else:
            os.symlink("/srv/pods", n.root + at)
    return tree


def chained_pods(*names):
    """A static pod that is a link to a link ... to a file."""
    def tree(n):
        at = n.root + "/etc/kubernetes/manifests/a.yaml"
        os.makedirs(os.path.dirname(at))
        os.makedirs(n.root + "/srv")
        for k, name in enumerate(names):
            os.symlink("../../../srv/" + name if k == 0 else name, at)
            at = n.root + "/srv/" + name
        n.write("/srv/" + names[-1], "spec: {containers: [{command: [kube-apiserver, --profiling=true]}]}\n")
    return tree


def huge(n):
    kubelet(n, config="x: " + "y" * (5 << 20) + "\n")


def pki(**certs):
    def tree(n):
        for name, pem in certs.items():
            n.write(f"/etc/kubernetes/pki/{name}.crt", pem)
    return tree


def containerd(text):
    def tree(n):
        n.write("/etc/containerd/config.toml", text)
    return tree


SECRETS = "- level: Metadata\n  resources:\n  - {group: '', resources: [secrets, configmaps, serviceaccounts/token]}\n" \
          "  - {group: authentication.k8s.io, resources: [tokenreviews]}\n"
TRAPS = [
    ("no policy", policy(""), {"SW-NODE-611": ("fail", "0 rules")}),
    ("everything at RequestResponse", policy("- level: RequestResponse\n"),
     {"SW-NODE-611": ("pass", "1 rules"), "SW-NODE-612": ("pass", ""),
      "SW-NODE-613": ("fail", "Secrets at RequestResponse, ConfigMaps at RequestResponse, TokenReviews at RequestResponse, "
                              "service account tokens at RequestResponse")}),
    ("secrets first", policy(SECRETS + "- level: RequestResponse\n"), {"SW-NODE-612": ("pass", ""), "SW-NODE-613": ("pass", "")}),
    ("a rule of None before it", policy("- level: None\n  resources: [{group: '', resources: ['pods/*']}]\n- level: Metadata\n"),
     {"SW-NODE-612": ("fail", "exec into pods at None, attach to pods at None, port forwards at None, ephemeral containers at None"),
      "SW-NODE-613": ("pass", "")}),
    ("None for one user only", policy("- level: None\n  users: [system:kube-proxy]\n  resources: [{group: '', resources: [secrets]}]\n"
                                      "- level: Metadata\n"), {"SW-NODE-612": ("pass", "")}),
    ("None for everybody", policy("- level: None\n  userGroups: [system:authenticated]\n  verbs: [get]\n- level: Metadata\n"),
     {"SW-NODE-612": ("fail", "reading of Secrets at None")}),
    ("None for one name only", policy("- level: None\n  resources: [{group: '', resources: [secrets], resourceNames: [x]}]\n"
                                      "- level: Metadata\n"), {"SW-NODE-612": ("pass", "")}),
    ("a policy that is not there", lambda n: api(n, "--audit-policy-file=/etc/none.yaml"),
     {"SW-NODE-611": ("not-evaluated", "/etc/none.yaml cannot be read")}),
    ("identity first", encryption("- resources: [secrets]\n  providers:\n  - identity: {}\n  - aescbc: {keys: []}\n"),
     {"SW-NODE-227": ("pass", ""), "SW-NODE-228": ("fail", "provider identity")}),
    ("secrets not covered", encryption("- resources: [configmaps]\n  providers:\n  - secretbox: {keys: []}\n"),
     {"SW-NODE-228": ("fail", "no entry covers Secrets")}),
    ("the first entry that covers counts", encryption("- resources: ['*.*']\n  providers: [{identity: {}}]\n"
                                                      "- resources: [secrets]\n  providers: [{secretbox: {}}]\n"),
     {"SW-NODE-228": ("fail", "provider identity")}),
    ("kms v1", encryption("- resources: [secrets]\n  providers:\n  - kms: {name: a, endpoint: unix:///x}\n  - identity: {}\n"),
     {"SW-NODE-228": ("pass", "provider kms"), "SW-NODE-231": ("fail", "KMS v1")}),
    ("kms v2", encryption("- resources: [secrets]\n  providers:\n  - kms: {apiVersion: v2, name: a, endpoint: unix:///x}\n"),
     {"SW-NODE-228": ("pass", ""), "SW-NODE-231": ("pass", "")}),
    ("anonymous by file, health only", authn("anonymous:\n  enabled: true\n  conditions:\n  - path: /livez\n  - path: /readyz\n"),
     {"SW-NODE-201": ("pass", "health checks only")}),
    ("anonymous by file, more", authn("anonymous:\n  enabled: true\n  conditions:\n  - path: /livezz\n"),
     {"SW-NODE-201": ("fail", "/livezz")}),
    ("anonymous by file, all", authn("anonymous: {enabled: true}\n"), {"SW-NODE-201": ("fail", "without conditions")}),
    ("anonymous not in the file", authn("jwt: []\n"), {"SW-NODE-201": ("fail", "--anonymous-auth is true (default)")}),
    ("issuer over http", authn("jwt:\n- issuer: {url: 'https://a'}\n- issuer: {url: 'http://b'}\n"), {"SW-NODE-601": ("manual", "http://b")}),
    ("issuer over https", authn("jwt:\n- issuer: {url: 'https://a'}\n"), {"SW-NODE-601": ("pass", "https://a")}),
    ("authorizers by file", lambda n: api(n, "--authorization-config=/etc/kubernetes/authz.yaml",
                                          authz_yaml="authorizers:\n- {type: Webhook, name: w}\n- {type: RBAC, name: r}\n"),
     {"SW-NODE-207": ("fail", "Webhook,RBAC"), "SW-NODE-208": ("pass", "")}),
    ("groups of OIDC without a prefix", lambda n: api(n, "--oidc-issuer-url=https://i", "--oidc-groups-claim=groups"),
     {"SW-NODE-238": ("pass", ""), "SW-NODE-239": ("fail", "--oidc-groups-prefix is not set")}),
    ("the last flag wins", lambda n: api(n, "--profiling=true", "--profiling=false"), {"SW-NODE-215": ("pass", "")}),
    ("a plugin switched off", lambda n: api(n, "--disable-admission-plugins=PodSecurity,ServiceAccount"),
     {"SW-NODE-212": ("fail", "ServiceAccount is off"), "SW-NODE-213": ("pass", "")}),
    ("drop-ins in their order", drop_ins, {"SW-NODE-724": ("fail", "10255 (/etc/kubelet.d/20-b.conf)"),
                                           "SW-NODE-721": ("fail", "/etc/kubelet.d/10-a.conf")}),
    ("a flag beats the file", lambda n: kubelet(n, ["--anonymous-auth=true"], "authentication: {anonymous: {enabled: false}}\n"),
     {"SW-NODE-721": ("fail", "process kubelet")}),
    ("a kubelet without a file", lambda n: kubelet(n), {"SW-NODE-721": ("fail", "default true"), "SW-NODE-722": ("fail", "AlwaysAllow"),
                                                        "SW-NODE-724": ("fail", "default 10255")}),
    ("a kubelet with an empty file", lambda n: kubelet(n, config=""), {"SW-NODE-721": ("pass", ""), "SW-NODE-722": ("pass", "Webhook"),
                                                                       "SW-NODE-724": ("pass", "")}),
    ("told by systemd, not running", unit, {"SW-NODE-721": ("fail", "10-kubeadm.conf"), "SW-NODE-724": ("fail", "10255"),
                                            "SW-NODE-727": ("manual", "two words")}),
    ("the file was edited", edited, {"SW-NODE-201": ("fail", "/etc/kubernetes/manifests/kube-apiserver.yaml:6 says false"),
                                     "SW-NODE-215": ("pass", "--profiling is false")}),
    ("a manifest of what does not run", not_running, {"SW-NODE-206": ("fail", "AlwaysAllow"), "SW-NODE-201": ("pass", ""),
                                                      "SW-NODE-611": ("pass", "1 rules")}),
    ("OpenShift", openshift, {"SW-NODE-201": ("pass", "config.yaml"), "SW-NODE-207": ("pass", ""), "SW-NODE-216": ("pass", "")}),
    ("k3s arguments", k3s_args, {"SW-NODE-201": ("fail", "process k3s"), "SW-NODE-215": ("fail", "true"), "SW-NODE-216": ("pass", ""),
                                 "SW-NODE-307": ("fail", "0.0.0.0"), "SW-NODE-401": ("pass", "what k3s sets by itself"),
                                 "SW-NODE-724": ("fail", "10255")}),
    ("etcd with a file hears no flags", etcd_file, {"SW-NODE-502": ("fail", "/etc/etcd.yaml"), "SW-NODE-501": ("pass", ""),
                                                    "SW-NODE-508": ("pass", "")}),
    ("etcd by its environment", etcd_env, {"SW-NODE-502": ("pass", "environment"), "SW-NODE-501": ("pass", "--cert-file is /a")}),
    ("a FIFO for a configuration", fifo, {"SW-NODE-721": ("not-evaluated", "not a regular file")}),
    ("a link that leads out", link_out, {"SW-NODE-721": ("fail", "config.yaml")}),
    ("programs that lie about their name", liar, {"SW-NODE-721": None, "SW-NODE-722": None}),
    ("a user's process before the kubelet's", impostor, {"SW-NODE-721": ("pass", ""), "SW-NODE-724": ("fail", "10255")}),
    ("a linked folder of static pods", linked_pods("a.yaml"), {"SW-NODE-215": ("fail", "true")}),
    ("a linked folder of other files", linked_pods("shadow"), {"SW-NODE-215": None}),
    ("a linked static pod", linked_pods("a.yml", "b.yaml"), {"SW-NODE-215": ("fail", "true")}),
    ("a link to another file", linked_pods("shadow", "b.yaml"), {"SW-NODE-215": None}),
    ("a link to a link to another file", chained_pods("b.yaml", "shadow"), {"SW-NODE-215": None}),
    ("a link by way of another name", chained_pods("shadow", "b.yaml"), {"SW-NODE-215": None}),
    ("a link to a link to a pod", chained_pods("b.yaml", "c.yml"), {"SW-NODE-215": ("fail", "")}),
    ("a link of another name", linked_pods("a.yaml", "b"), {"SW-NODE-215": None}),
    ("a copy of a static pod, which the kubelet starts too", lambda n: n.write("/etc/kubernetes/manifests/kube-apiserver.yaml.bak", "spec: {containers: [{command: [kube-apiserver, --profiling=true]}]}\n"),
     {"SW-NODE-215": ("fail", "true")}),
    ("a hidden one, which it does not", lambda n: n.write("/etc/kubernetes/manifests/.kube-apiserver.yaml", "spec: {containers: [{command: [kube-apiserver, --profiling=true]}]}\n"),
     {"SW-NODE-215": None}),
    ("k3s's drop-ins are YAML only", lambda n: (k3s_args(n), n.write("/etc/rancher/k3s/config.yaml.d/99.txt", "kube-scheduler-arg: [profiling=true]\n")),
     {"SW-NODE-401": ("pass", "what k3s sets by itself")}),
    ("an enormous file", huge, {"SW-NODE-721": ("not-evaluated", "File too large")}),
    ("certificates that last", pki(a=LONG), {"SW-NODE-122": ("pass", "1 certificates"), "SW-NODE-123": ("pass", "")}),
    ("a certificate that ends", pki(a=LONG, b=SHORT), {"SW-NODE-122": ("fail", "b.crt ends on 2026-12-16")}),
    ("one in a chain", pki(a=LONG + SHORT), {"SW-NODE-122": ("fail", "ends on 2026-12-16")}),
    ("a weak key", pki(a=WEAK), {"SW-NODE-123": ("fail", "RSA key below 2,048"), "SW-NODE-122": ("pass", "")}),
    ("no certificate at all", pki(a="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), {"SW-NODE-122": None}),
    ("containerd without seccomp", containerd('[plugins."io.containerd.cri.v1.runtime"]\nunset_seccomp_profile = "unconfined"\n'),
     {"SW-NODE-763": ("fail", "unconfined"), "SW-NODE-764": ("pass", "default")}),
    ("a stream server for everybody", containerd('[plugins."io.containerd.grpc.v1.cri"]\nstream_server_address = "0.0.0.0"\n'),
     {"SW-NODE-765": ("fail", "0.0.0.0")}),
    ("broken TOML", containerd("[plugins\n"), {"SW-NODE-763": ("not-evaluated", "cannot be understood")}),
    ("docker on the network", lambda n: n.write("/etc/docker/daemon.json", '{"hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"]}'),
     {"SW-NODE-766": ("fail", "tcp://0.0.0.0:2375"), "SW-NODE-767": ("pass", "")}),
    ("no port with TLS", lambda n: api(n, "--secure-port=0"), {"SW-NODE-240": ("fail", "--secure-port is 0")}),
    ("alpha APIs by a runtime configuration", lambda n: api(n, "--runtime-config=batch/v2=true,api/alpha=true"), {"SW-NODE-243": ("fail", "api/alpha=true")}),
    ("alpha features", lambda n: api(n, "--feature-gates=A=true,AllAlpha=true"), {"SW-NODE-243": ("fail", "AllAlpha=true")}),
    ("an address without TLS", lambda n: api(n, "--insecure-bind-address=0.0.0.0"), {"SW-NODE-244": ("fail", "0.0.0.0"), "SW-NODE-233": ("pass", "")}),
    ("kubelets without TLS", lambda n: api(n, "--kubelet-https=false"), {"SW-NODE-241": ("fail", "false")}),
    ("nothing limits pods", lambda n: api(n, "--disable-admission-plugins=PodSecurity"), {"SW-NODE-242": ("manual", ""), "SW-NODE-235": ("fail", "")}),
    ("SCCs limit pods", lambda n: api(n, "--disable-admission-plugins=PodSecurity",
                                      "--enable-admission-plugins=security.openshift.io/SecurityContextConstraint"), {"SW-NODE-242": ("pass", "")}),
    ("azure.json for everybody", lambda n: (kubelet(n, config=""), n.write("/etc/kubernetes/azure.json", "{}", 0o646)), {"SW-NODE-713": ("fail", "0646"), "SW-NODE-714": ("pass", "")}),
    ("a system for containers", lambda n: n.write("/etc/os-release", "NAME=x\nID='bottlerocket'\n"), {"SW-NODE-779": ("pass", "bottlerocket")}),
    ("a system for everything", lambda n: n.write("/etc/os-release", "# ID=cos\nID=debian\n"), {"SW-NODE-779": ("manual", "debian")}),
    ("etcd's second address without TLS", lambda n: n.proc("etcd", ["etcd", "--listen-client-urls=https://a:2379,http://b:2379",
                                                                  "--advertise-client-urls=https://a:2379"]), {"SW-NODE-508": ("fail", "http://b:2379")}),
    ("etcd without fixes", lambda n: n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - {command: [etcd], image: 'r.io:5000/etcd:3.4.25-0@sha256:00'}\n"),
     {"SW-NODE-510": ("fail", "ended on 2026-06-01"), "SW-NODE-511": ("fail", "CVE-2023-32082")}),
    ("etcd with fixes", lambda n: n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - {command: [etcd], image: 'r.io:5000/etcd:3.5.24-0'}\n"),
     {"SW-NODE-510": ("pass", "until 2027-07-08"), "SW-NODE-511": ("pass", "3.5.24")}),
    ("etcd without an end", lambda n: n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - {command: [etcd], image: 'registry.k8s.io/etcd:3.7.2-0'}\n"),
     {"SW-NODE-510": ("pass", "no end is announced"), "SW-NODE-511": ("pass", "")}),
    ("etcd of the future", lambda n: n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - {command: [etcd], image: 'registry.k8s.io/etcd:3.9.0-0'}\n"),
     {"SW-NODE-510": ("not-evaluated", "knows nothing of etcd 3.9")}),
    ("a long-term containerd", dpkg(("containerd.io", "2.0.11-1")), {"SW-NODE-783": ("pass", "2027-03-01"), "SW-NODE-784": ("pass", "")}),
    ("containerd that has ended", dpkg(("containerd.io", "1.7.34-1")), {"SW-NODE-783": ("fail", "ended on 2026-09-01"), "SW-NODE-784": ("pass", "")}),
    ("etcd without a tag", lambda n: n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - {command: [etcd], image: 'r.io:5000/etcd'}\n"),
     {"SW-NODE-510": None, "SW-NODE-511": None}),
    ("an old runtime", dpkg(("containerd.io", "1.6.30-1"), ("runc", "1.1.11")),
     {"SW-NODE-783": ("fail", "2025-08-23"), "SW-NODE-784": ("fail", "CVE-2024-40635"), "SW-NODE-785": ("fail", "CVE-2024-21626"), "SW-NODE-786": None}),
    ("a new runtime", dpkg(("containerd.io", "2.3.1-1"), ("runc", "1.3.3")), {"SW-NODE-783": ("pass", "2028"), "SW-NODE-784": ("pass", ""), "SW-NODE-785": ("pass", "")}),
    ("a runtime of the distribution", dpkg(("containerd", "1.6.20~ds1-1+deb12u1"), ("runc", "1.1.5+ds1-1+deb12u1")),
     {"SW-NODE-783": ("not-evaluated", "by the distribution"), "SW-NODE-784": ("not-evaluated", ""), "SW-NODE-785": ("not-evaluated", "")}),
    ("a runtime that was removed", dpkg(("containerd.io", "1.6.30-1"), state="deinstall ok config-files"), {"SW-NODE-783": None}),
    ("an old CRI-O", dpkg(("cri-o", "1.28.5-1.1")), {"SW-NODE-786": ("fail", "CVE-2024-3154")}),
    ("a version that is none", dpkg(("cri-o", "latest")), {"SW-NODE-786": ("not-evaluated", "no version")}),
    ("CRI-O's drop-ins, the last wins", lambda n: (n.write("/etc/crio/crio.conf", '[crio.api]\nstream_address = "127.0.0.1"\n[crio.runtime]\nseccomp_profile = "unconfined"\n'),
                                                  n.write("/etc/crio/crio.conf.d/10-a.conf", '[crio.api]\nstream_address = "0.0.0.0"\n'),
                                                  n.write("/etc/crio/crio.conf.d/20-b.conf", '[crio.runtime]\nseccomp_profile = "/etc/s.json"\n[crio.image]\ninsecure_registries = ["r"]\n')),
     {"SW-NODE-768": ("fail", "0.0.0.0"), "SW-NODE-769": ("pass", "/etc/s.json"), "SW-NODE-770": ("fail", "insecure_registries is r")}),
    ("a hardened CRI-O", lambda n: n.write("/etc/crio/crio.conf", "[crio.api]\n[crio.runtime]\n"), {"SW-NODE-768": ("pass", ""), "SW-NODE-769": ("pass", ""), "SW-NODE-770": ("pass", "")}),
    ("containerd 2 without AppArmor", containerd('version = 3\n[plugins."io.containerd.cri.v1.runtime"]\ndisable_apparmor = true\n'), {"SW-NODE-764": ("fail", "true")}),
    ("kernel settings", lambda n: n.write("/proc/sys/kernel/kptr_restrict", "0\n"), {"SW-NODE-772": ("fail", "is 0")}),
]


# ---- versions: what a version has, what it does when nobody says it, and until when it gets fixes ----

END = {24: "2023-07-28", 25: "2023-10-27", 26: "2024-02-28", 27: "2024-06-28", 28: "2024-10-28", 29: "2025-02-28", 30: "2025-07-15", 31: "2025-11-11",
       32: "2026-02-28", 33: "2026-06-28", 34: "2026-10-27", 35: "2027-02-28", 36: "2027-06-28", 37: "2027-10-28"}


def every_version(n):
    api(n)
    kubelet(n, config="")


def authz(version):
    return lambda n: api(n, "--authorization-config=/etc/kubernetes/authz.yaml", authz_yaml=f"apiVersion: apiserver.config.k8s.io/{version}\nkind: AuthorizationConfiguration\n"
                         "authorizers:\n- {type: Node, name: n}\n- type: Webhook\n  name: w\n  webhook:\n    failurePolicy: Deny\n    matchConditions:\n"
                         "    - expression: has(request.resourceAttributes)\n- {type: RBAC, name: r}\n")


def structured(version, anonymous):
    return authn(f"apiVersion: apiserver.config.k8s.io/{version}\njwt:\n- issuer: {{url: 'https://i', audiences: [a]}}\n"
                 "  claimMappings: {username: {claim: sub, prefix: 'i:'}}\n" + anonymous)


VERSIONS = [(f"Kubernetes 1.{v}", f"1.{v}", every_version, {
    "SW-NODE-781": ("pass" if end > "2026-12-01" else "fail", end), "SW-NODE-230": ("fail", "default true"), "SW-NODE-233": ("pass", "default 0"),
    "SW-NODE-235": ("pass", "") if v >= 25 else None, "SW-NODE-241": None, "SW-NODE-728": ("pass", "default 50" if v >= 27 else "default 5)"),
    "SW-NODE-721": ("pass", "default false"), "SW-NODE-724": ("pass", "default 0"), "SW-NODE-734": ("manual", "default false"), "SW-NODE-201": ("fail", "default"),
    "SW-NODE-234": ("pass", "VersionTLS12"), "SW-NODE-237": ("pass", "default true"), "SW-NODE-242": ("pass", "")}) for v, end in END.items()] + [
    ("a version that is not known yet", "1.39", every_version, {"SW-NODE-781": ("not-evaluated", "knows nothing of Kubernetes 1.39"), "SW-NODE-728": ("pass", "default 50")}),
    ("a distribution's version", "v1.31.9+k3s1", every_version, {"SW-NODE-781": ("fail", "2025-11-11"), "SW-NODE-782": ("fail", "CVE-2025-5187")}),
    ("a release candidate", "v1.37.0-rc.1", every_version, {"SW-NODE-781": ("pass", "2027-10-28"), "SW-NODE-782": ("pass", "")}),
    ("a port without TLS, gone since 1.24", "1.24", lambda n: api(n, "--insecure-port=8080"), {"SW-NODE-233": ("fail", "8080")}),
    ("PodSecurityPolicy, gone since 1.25", "1.24", lambda n: api(n, "--enable-admission-plugins=NodeRestriction,PodSecurityPolicy", "--disable-admission-plugins=PodSecurity"),
     {"SW-NODE-242": ("pass", ""), "SW-NODE-235": None}),
    ("tokens that do not last a year", "1.30", lambda n: api(n, "--service-account-extend-token-expiration=false"), {"SW-NODE-230": ("pass", "false")}),
    ("a long time for tokens", "1.34", lambda n: api(n, "--service-account-max-token-expiration=8760h", "--service-account-lookup=false"), {"SW-NODE-221": ("fail", "false"), "SW-NODE-222": ("pass", "")}),
    *((f"authorizers by a file, {v}", at, authz(v), {"SW-NODE-206": ("pass", ""), "SW-NODE-207": ("pass", "Node,Webhook,RBAC"), "SW-NODE-208": ("pass", "")})
      for v, at in (("v1alpha1", "1.29"), ("v1beta1", "1.30"), ("v1", "1.32"))),
    *((f"sign-in by a file, {v}", at, structured(v, "anonymous:\n  enabled: true\n  conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]\n"),
       {"SW-NODE-201": ("pass", "health checks only"), "SW-NODE-601": ("pass", "https://i")}) for v, at in (("v1alpha1", "1.31"), ("v1beta1", "1.32"), ("v1", "1.34"))),
    ("sign-in by a file, nobody without a name", "1.34", structured("v1", "anonymous: {enabled: false}\n"), {"SW-NODE-201": ("pass", "")}),
    ("sign-in by a file, everybody under a path", "1.34", structured("v1", "anonymous: {enabled: true, conditions: [{path: /}]}\n"), {"SW-NODE-201": ("fail", "/")}),
    ("sign-in by a file, conditions that are empty", "1.34", structured("v1", "anonymous: {enabled: true, conditions: []}\n"), {"SW-NODE-201": ("fail", "without conditions")}),
    ("managed fields left out of the log", "1.36", policy("- level: Metadata\n  omitManagedFields: true\n  omitStages: [RequestReceived]\n"), {"SW-NODE-611": ("pass", "1 rules"), "SW-NODE-612": ("pass", ""), "SW-NODE-613": ("pass", "")}),
    ("managed fields left out of all", "1.36", policy("omitManagedFields: true\nomitStages: [RequestReceived]\nrules:\n- level: Metadata\n".replace("rules:\n", "")), {"SW-NODE-611": ("not-evaluated", "")}),
    ("KMS v1, off since 1.29", "1.29", encryption("- resources: [secrets]\n  providers:\n  - kms: {apiVersion: v1, name: a, endpoint: unix:///x}\n"), {"SW-NODE-231": ("fail", "KMS v1")}),
    ("KMS v2", "1.29", encryption("- resources: ['*.*']\n  providers:\n  - kms: {apiVersion: v2, name: a, endpoint: unix:///x, timeout: 3s}\n  - identity: {}\n"), {"SW-NODE-228": ("pass", "provider kms"), "SW-NODE-231": ("pass", "")}),
    ("drop-ins of the kubelet", "1.30", drop_ins, {"SW-NODE-724": ("fail", "20-b.conf"), "SW-NODE-721": ("fail", "10-a.conf")}),
    ("TLS 1.3 only", "1.33", lambda n: (api(n, "--tls-min-version=VersionTLS13"), kubelet(n, config="tlsMinVersion: VersionTLS13\n")),
     {"SW-NODE-234": ("pass", "VersionTLS13"), "SW-NODE-229": ("pass", ""), "SW-NODE-738": ("pass", ""), "SW-NODE-732": ("pass", "")}),
    ("TLS 1.0", "1.33", lambda n: (api(n, "--tls-min-version=VersionTLS10"), kubelet(n, config="tlsMinVersion: VersionTLS11\n")), {"SW-NODE-234": ("fail", "VersionTLS10"), "SW-NODE-738": ("fail", "VersionTLS11")}),
    ("no CA for kubelets", "1.32", lambda n: n.proc("kube-apiserver", [a for a in API if "kubelet-cert" not in a]), {"SW-NODE-205": ("fail", "not set")}),
]


def ends_cases(content):
    """Ends of life, against what endoflife.date has."""
    feeds = os.path.join(SHARED, "advisories/feeds.tar.zst")
    if not os.path.isfile(feeds) or not shutil.which("zstd"):
        yield True, "ends of life # skip no feeds in $SW_SHARED, or no zstd", ""
        return
    with open(os.path.join(content, "versions.yaml"), encoding="utf-8") as f:
        parts = re.split(r"^([a-z-]+):.*$", f.read(), flags=re.M)
    ours = {name: dict(re.findall(r'^    "([0-9.]+)": (\S+)$', text, re.M)) for name, text in zip(parts[1::2], parts[2::2])}
    for name in ("kubernetes", "etcd", "containerd"):
        page = subprocess.run(["tar", "-I", "zstd", "-xOf", feeds, f"./eol/products/{name}.md"], stdout=subprocess.PIPE, check=True).stdout.decode()
        theirs = dict(re.findall(r'releaseCycle: "([0-9.]+)"\n(?:    .*\n)*?    eol: (\S+)', page))
        for cycle, end in sorted(theirs.items()):
            if name == "kubernetes" and int(cycle.split(".")[1]) < 24 or name == "containerd" and cycle in ("1.0", "1.1"):
                continue
            want = "open" if end == "false" else end
            yield ours[name].get(cycle) == want, f"the end of {name} {cycle}", f"{ours[name].get(cycle)}, endoflife.date {want}"


def trap_cases(seawall):
    for name, version, tree, expected in [(n, None, t, e) for n, t, e in TRAPS] + VERSIONS:
        root = tempfile.mkdtemp(prefix="cis-own-")
        try:
            tree(Node(root))
            got = by_rule(bench(seawall, root, *(["--kubernetes-version", version] if version else [])))
        finally:
            shutil.rmtree(root, ignore_errors=True)
        name = f"{version}: {name}" if version else name
        for rule, want in expected.items():
            f = got.get(rule)
            if want is None or f is None:
                yield f is None and want is None, f"{name}: {rule} does not apply", f"got {f}, want {want}"
                continue
            have = (f["verdict"], text_of(f))
            yield have[0] == want[0] and want[1] in have[1], f"{name}: {rule}", f"got  {have}\n# want {want}"


def other_cases(seawall):
    root = tempfile.mkdtemp(prefix="cis-own-")
    try:
        pki(a=SHORT)(Node(root))
        f = by_rule(bench(seawall, root, day="1900000000"))["SW-NODE-122"]
        yield "ended on 2026-12-16" in f["message"], "a certificate that has ended", f["message"]
        edited(Node(root))
        r = next(r for r in bench(seawall, root)["rules"] if r["id"] == "SW-NODE-201")
        yield r["frameworks"] == [{"framework": "cis-1.12", "control": "1.2.1"}], "the number in CIS is told", str(r)
        done = subprocess.run([seawall, "bench", "--root", root, "--benchmark", "cis-0.1"], stderr=subprocess.PIPE, check=False)
        yield done.returncode == 2 and b"there is no benchmark cis-0.1" in done.stderr, "an unknown benchmark is an error", str(done)
        capture = os.path.join(root, "node.json")
        bench(seawall, root, "--capture", capture)
        live, away = bench(seawall, root), bench(seawall, capture)
        same = [(f["rule"], f["verdict"], text_of(f)) for f in live["findings"]] == \
               [(f["rule"], f["verdict"], text_of(f)) for f in away["findings"]]
        yield same, "a captured node gets the same verdicts", "they differ"
        only = bench(seawall, root, "--benchmark", "cis-1.12", "--check", "1.2.1,1.2.15", form="kube-bench-json")
        ids = [r["test_number"] for c in only["Controls"] for g in c["tests"] for r in g["results"]]
        yield ids == ["1.2.1", "1.2.15"], "controls can be chosen by their number", str(ids)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def usage_cases(seawall):
    """As a person uses it: waivers, a baseline, what is asked for and is not there, words."""
    root, seawall = tempfile.mkdtemp(prefix="cis-own-"), os.path.abspath(seawall)
    try:
        make("kubeadm", root + "/n")

        def run(*more, at=root):
            r = subprocess.run([seawall, "bench", "--root", root + "/n", *more], capture_output=True, cwd=at, timeout=60, check=False,
                               env={**os.environ, "SOURCE_DATE_EPOCH": DAY, "COLUMNS": "100"})
            return r.returncode, r.stdout.decode(), r.stderr.decode()
        code, out, _ = run()
        yield code == 1 and "28 findings: 2 critical" in out and "113 controls, 10 not evaluated" in out and "0 objects" not in out, "the table counts controls", out[-300:]
        yield "Node/ " not in out, "a node without a name has no empty one", out[-300:]
        _, out, _ = run("-o", "json")
        before = {f["rule"]: f for f in json.loads(out)["findings"] if f["verdict"] == "fail"}
        with open(root + "/base.json", "w", encoding="utf-8") as f:
            f.write(out)
        with open(root + "/w.yaml", "w", encoding="utf-8") as f:
            f.write("apiVersion: seawall.dev/v1\nkind: Waivers\nwaivers:\n- {rules: [SW-NODE-721], scope: {kind: Node, file: /var/lib/kubelet/config.yaml, name: '*'}, reason: for the test of it, owner: a@b.c, expires: 2027-01-31}\n"
                    f"- {{rules: [SW-NODE-722], scope: {{fingerprint: {before['SW-NODE-722']['fingerprint']}}}, reason: for the test of it, owner: a@b.c, expires: 2027-01-31}}\n"
                    "- {rules: [SW-POD-001], scope: {namespace: x, name: y1}, reason: of the manifests, owner: a@b.c, expires: 2027-01-31}\n")
        code, out, err = run("--waivers", root + "/w.yaml")
        yield code == 1 and "2 waived" in out and "critical" not in out.split("\n")[-3] and "SW-WAIVER-002" not in out, "waivers are heard", (out[-300:], err)
        shutil.copy(root + "/w.yaml", root + "/seawall-waivers.yaml")
        yield "2 waived" in run()[1] and "2 waived" not in run("--no-waivers")[1], "seawall-waivers.yaml is read when it is there", run()[1][-200:]
        os.remove(root + "/seawall-waivers.yaml")
        code, out, _ = run("--baseline", root + "/base.json")
        yield code == 0 and "28 of them in the baseline" in out, "a baseline is heard", (code, out[-300:])
        os.chmod(root + "/n/etc/kubernetes/pki/ca.crt", 0o666)
        code, out, _ = run("--baseline", root + "/base.json", "-o", "json")
        new = [f["rule"] for f in json.loads(out)["findings"] if f["verdict"] == "fail" and f.get("new", True)]
        yield code == 1 and "SW-NODE-707" in new and len(new) < 28, "a baseline and a change", (code, new)
        code, out, _ = run("-o", "sarif")
        sarif = json.loads(out)["runs"][0]
        yield code == 1 and {r["ruleId"] for r in sarif["results"] if r.get("kind", "fail") == "fail"} >= set(before), "SARIF has them all", code
        for args, say in ((["--check", "NOSUCH"], "no control of seawall was judged"), (["--group", "99"], "no control of seawall was judged"), (["--target", "nosuch"], "--target must be of master"),
                          (["--kubernetes-version", "abc"], "is no version of Kubernetes"), (["--benchmark", "nosuch"], "there is no benchmark nosuch"), (["--allow-shell"], "--allow-shell would ask this machine")):
            code, out, err = run(*args)
            yield code == 2 and say in err and not out, "an error: " + " ".join(args), (code, out[:200], err)
        code, out, err = run("--check", "SW-NODE-721,NOSUCH")
        yield code == 1 and "nothing was judged for --check NOSUCH" in err and "SW-NODE-721" in out, "a control that is not there is told beside one that is", (code, err)
        code, out, err = run("--check", "SW-NODE-713")
        yield code == 2 and "no control of seawall was judged" in err, "a control that does not apply here is not clean", (code, out, err)
        code, out, _ = run("--check", "SW-NODE-724")
        yield code == 0 and "clean: 1 control, nothing to report" in out, "one control that is fine", (code, out)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def number_cases(seawall):
    """Published numbers: each is of one control that there is, and each benchmark can be asked for."""
    at = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../content/benchmarks/seawall")
    known = set()
    for file in sorted(os.listdir(at)):
        with open(os.path.join(at, file), encoding="utf-8") as f:
            known |= set(re.findall(r"id: SW-NODE-(\d+)", f.read()))
    with open(os.path.join(at, "numbers.yaml"), encoding="utf-8") as f:
        parts = re.split(r'^"([\w.-]+)":$', f.read(), flags=re.M)[1:]
    root = tempfile.mkdtemp(prefix="cis-own-")
    try:
        make("kubeadm", root)
        for b, text in zip(parts[::2], parts[1::2]):
            pairs = re.findall(r'(\d+): "([\w.-]+)"', text)
            yield {k for k, _ in pairs} <= known, f"{b}: every control is one of ours", str({k for k, _ in pairs} - known)
            numbers = [v for _, v in pairs]
            yield len(set(numbers)) == len(numbers), f"{b}: no number twice", str(sorted(v for v in numbers if numbers.count(v) > 1))
            out = bench(seawall, root, "--benchmark", b, form="kube-bench-json")
            got = {r["test_number"] for c in out["Controls"] for g in c["tests"] for r in g["results"]}
            yield got and got <= set(numbers), f"{b}: judged under its numbers", str(got - set(numbers))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main(argv):
    seawall, golden = argv[1], argv[2]
    if os.geteuid() != 0:
        return skip_all("own benchmark", "the trees need files that belong to root")
    tap = Tap()
    for part in (golden_cases(seawall, golden, "--write" in argv), parity_cases(seawall, golden),
                 managed_cases(seawall, golden), trap_cases(seawall), other_cases(seawall), usage_cases(seawall), number_cases(seawall),
                 ends_cases(os.path.join(golden, "../../../content/benchmarks/seawall"))):
        for ok, name, why in part:
            tap.ok(ok, name, why)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
