#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judge node trees by kube-bench's benchmarks and compare every control with the expected verdict.

usage: cis_nodes.py SEAWALL GOLDEN-DIR        prints TAP
       cis_nodes.py --make NAME DIR           makes one node's tree, to look at or to give to kube-bench

The benchmarks are those in $SW_SHARED/conformance/kube-bench; those of GKE and AKS, which are not there, are looked for in
$SW_KUBE_BENCH and where kube-bench's packages put them, and are skipped where there are none.

GOLDEN-DIR/<node>.<benchmark>.tsv has one line per control: id, what kube-bench says of the same tree (its /proc
filled by real processes of these names), what Seawall says, and why where the two differ. On nodes of GKE and AKS
Seawall is asked twice: with --usual-paths it must say what kube-bench says, without it what the third column has."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

API = ["kube-apiserver", "--advertise-address=10.0.0.1", "--allow-privileged=true", "--authorization-mode=Node,RBAC",
       "--client-ca-file=/etc/kubernetes/pki/ca.crt", "--enable-admission-plugins=NodeRestriction",
       "--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt", "--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt",
       "--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key", "--etcd-servers=https://127.0.0.1:2379",
       "--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt",
       "--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key",
       "--service-account-key-file=/etc/kubernetes/pki/sa.pub", "--tls-cert-file=/etc/kubernetes/pki/apiserver.crt",
       "--tls-private-key-file=/etc/kubernetes/pki/apiserver.key"]
API_HARD = ["--anonymous-auth=false", "--profiling=false", "--audit-log-path=/var/log/audit.log", "--audit-log-maxage=30",
            "--audit-log-maxbackup=10", "--audit-log-maxsize=100", "--request-timeout=300s", "--service-account-lookup=true",
            "--encryption-provider-config=/etc/kubernetes/enc.yaml", "--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt",
            "--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "--audit-policy-file=/etc/kubernetes/audit.yaml",
            "--service-account-extend-token-expiration=false"]
KUBELET = """apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: %s
  webhook:
    enabled: true
  x509:
    clientCAFile: %s
authorization:
  mode: %s
readOnlyPort: 0
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
"""
KUBELET_HARD = """eventRecordQPS: 5
protectKernelDefaults: true
makeIPTablesUtilChains: true
streamingConnectionIdleTimeout: 5m
podPidsLimit: 100
seccompDefault: true
tlsCipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
tlsCertFile: /var/lib/kubelet/pki/kubelet.crt
tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key
"""
ENC = "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n" \
      "      - name: k\n        secret: c2VjcmV0\n"


class Node:
    def __init__(self, root):
        self.root = root
        self.pid = 100
        self.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\netcd:x:101:101::/:/bin/false\n")
        self.write("/etc/group", "root:x:0:\netcd:x:101:\n")
        self.proc("systemd", ["/sbin/init"], 1)

    def write(self, path, text, mode=0o644):
        path = self.root + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    def proc(self, comm, args, pid=None):
        if pid is None:
            pid, self.pid = self.pid, self.pid + 1
        at = f"/proc/{pid}"
        self.write(at + "/cmdline", "\0".join(args) + "\0")
        self.write(at + "/stat", f"{pid} ({comm[:15]}) S 1 1 1 0 -1\n")
        self.write(at + "/status", f"Name:\t{comm[:15]}\nUid:\t0\t0\t0\t0\n")
        self.write(at + "/environ", "PATH=/bin\0")


def kubeadm(n, hard):
    m = 0o600 if hard else 0o644
    n.proc("kube-apiserver", API + (API_HARD if hard else ["--anonymous-auth=true"]))
    n.proc("kube-controller-manager", ["kube-controller-manager", "--bind-address=127.0.0.1",
           "--root-ca-file=/etc/kubernetes/pki/ca.crt", "--service-account-private-key-file=/etc/kubernetes/pki/sa.key",
           "--use-service-account-credentials=true"] +
           (["--profiling=false", "--terminated-pod-gc-threshold=10"] if hard else []))
    n.proc("kube-scheduler", ["kube-scheduler", "--bind-address=127.0.0.1", "--kubeconfig=/etc/kubernetes/scheduler.conf"] +
           (["--profiling=false"] if hard else []))
    n.proc("etcd", ["etcd", "--data-dir=/var/lib/etcd", "--cert-file=/etc/kubernetes/pki/etcd/server.crt",
           "--key-file=/etc/kubernetes/pki/etcd/server.key", "--client-cert-auth=true", "--peer-cert-file=/a",
           "--peer-key-file=/b", "--peer-client-cert-auth=true", "--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt"])
    n.proc("kubelet", ["/usr/bin/kubelet", "--kubeconfig=/etc/kubernetes/kubelet.conf",
           "--config=/var/lib/kubelet/config.yaml"])
    n.proc("kube-proxy", ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"])
    n.write("/var/lib/kubelet/config.yaml", KUBELET % ("false" if hard else "true", "/etc/kubernetes/pki/ca.crt",
            "Webhook" if hard else "AlwaysAllow") + (KUBELET_HARD if hard else ""), m)
    for c in ("apiserver", "controller-manager", "scheduler"):
        n.write(f"/etc/kubernetes/manifests/kube-{c}.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
                f"  - command:\n    - kube-{c}\n    image: registry.k8s.io/kube-{c}:v1.32.1\n", m)
    n.write("/etc/kubernetes/manifests/etcd.yaml", "spec:\n  containers:\n  - command:\n    - etcd\n", m)
    for f in ("admin", "super-admin", "scheduler", "controller-manager", "kubelet"):
        n.write(f"/etc/kubernetes/{f}.conf", "kind: Config\nusers:\n- name: a\n  user:\n    token: abc\n", m)
    n.write("/etc/kubernetes/enc.yaml", ENC, 0o600)
    n.write("/lib/systemd/system/kubelet.service", "[Service]\n", m)
    n.write("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "[Service]\n", m)
    for f in ("ca", "apiserver", "front-proxy-ca", "etcd/ca", "etcd/server"):
        n.write(f"/etc/kubernetes/pki/{f}.crt", "CERT", m)
        n.write(f"/etc/kubernetes/pki/{f}.key", "KEY", m)
    n.write("/var/lib/etcd/member/x", "", 0o600)
    os.chmod(n.root + "/var/lib/etcd", 0o700 if hard else 0o755)
    if hard:
        os.chown(n.root + "/var/lib/etcd", 101, 101)


def eks(n, hard):
    m = 0o600 if hard else 0o666
    n.proc("kubelet", ["/usr/bin/kubelet", "--config=/etc/kubernetes/kubelet/config.json",
           "--kubeconfig=/var/lib/kubelet/kubeconfig", "--hostname-override=i-1"])
    n.write("/var/lib/kubelet/kubeconfig", "kind: Config\n", m)
    c = {"kind": "KubeletConfiguration", "authentication": {"anonymous": {"enabled": not hard}, "webhook": {"enabled": True},
         "x509": {"clientCAFile": "/etc/kubernetes/pki/ca.crt"}}, "authorization": {"mode": "Webhook"},
         "readOnlyPort": 0 if hard else 10255, "eventRecordQPS": 0, "serverTLSBootstrap": True,
         "makeIPTablesUtilChains": True, "rotateCertificates": True, "featureGates": {"RotateKubeletServerCertificate": True}}
    if hard:
        c["streamingConnectionIdleTimeout"] = "5m"
    n.write("/etc/kubernetes/kubelet/config.json", json.dumps(c), m)
    n.write("/etc/kubernetes/pki/ca.crt", "CERT")


def rke2(n, hard):
    m = 0o600 if hard else 0o644
    at = "/var/lib/rancher/rke2"
    for comm, args in (("kube-apiserver", API + (API_HARD if hard else [])),
                       ("kube-controller-manager", ["kube-controller-manager", "--profiling=false", "--bind-address=127.0.0.1"]),
                       ("kube-scheduler", ["kube-scheduler", "--profiling=false", "--bind-address=127.0.0.1"]),
                       ("etcd", ["etcd", "--config-file=/var/lib/rancher/rke2/server/db/etcd/config"]),
                       ("kubelet", ["kubelet", "--anonymous-auth=false", "--authorization-mode=Webhook", "--read-only-port=0",
                                    f"--client-ca-file={at}/agent/client-ca.crt", f"--kubeconfig={at}/agent/kubelet.kubeconfig",
                                    "--streaming-connection-idle-timeout=5m"])):
        n.proc(comm, args)
    for c in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"):
        n.write(f"{at}/agent/pod-manifests/{c}.yaml", "kind: Pod\n", m)
    for f in ("agent/client-ca.crt", "agent/kubelet.kubeconfig", "agent/kubeproxy.kubeconfig", "server/db/etcd/config",
              "server/cred/scheduler.kubeconfig", "server/cred/controller.kubeconfig"):
        n.write(f"{at}/{f}", "x: y\n", m)


def k3s(n, hard):
    m = 0o600 if hard else 0o644
    n.proc("k3s-server", ["/usr/local/bin/k3s", "server"])
    n.proc("containerd", ["containerd", "-c", "/var/lib/rancher/k3s/agent/etc/containerd/config.toml"])
    for f in ("kubelet.kubeconfig", "kubeproxy.kubeconfig", "client-ca.crt"):
        n.write(f"/var/lib/rancher/k3s/agent/{f}", "x: y\n", m)
    n.write("/var/lib/rancher/k3s/server/db/etcd/config", "x: y\n", m)


GKE_KUBELET = """apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: %s
  webhook:
    enabled: true
  x509:
    clientCAFile: /etc/srv/kubernetes/pki/ca-certificates.crt
authorization:
  mode: %s
cgroupRoot: /
clusterDNS: [10.24.0.10]
enableDebuggingHandlers: true
evictionHard: {memory.available: 100Mi, nodefs.available: 10%%}
featureGates: {RotateKubeletServerCertificate: %s}
kubeReserved: {cpu: 1060m, memory: 1019Mi}
readOnlyPort: %d
staticPodPath: /etc/kubernetes/manifests
"""


def gke(n, hard):
    """Container-Optimized OS: the programs and the kubelet's file below /home/kubernetes, the CA below /etc/srv, and
    --config with its value as the next argument."""
    m = 0o600 if hard else 0o666
    n.proc("kubelet", ["/home/kubernetes/bin/kubelet", "--v=2", "--cloud-provider=external", "--cert-dir=/var/lib/kubelet/pki/",
           "--kubeconfig=/var/lib/kubelet/kubeconfig", "--max-pods=110", "--node-status-max-images=25",
           "--volume-plugin-dir=/home/kubernetes/flexvolume", "--container-runtime-endpoint=unix:///run/containerd/containerd.sock",
           "--config", "/home/kubernetes/kubelet-config.yaml"])
    n.proc("kube-proxy", ["kube-proxy", "--master=https://10.0.0.2", "--kubeconfig=/var/lib/kube-proxy/kubeconfig",
           "--cluster-cidr=10.20.0.0/14", "--v=2"])
    text = GKE_KUBELET % (("false", "Webhook", "true", 0) if hard else ("true", "AlwaysAllow", "false", 10255))
    n.write("/home/kubernetes/kubelet-config.yaml", text + ("eventRecordQPS: 5\nmakeIPTablesUtilChains: true\n"
            "rotateCertificates: true\nserverTLSBootstrap: true\nstreamingConnectionIdleTimeout: 1h\n" if hard else
            "rotateCertificates: false\nstreamingConnectionIdleTimeout: 0s\n"), m)
    n.write("/var/lib/kubelet/kubeconfig", "kind: Config\n", m)
    n.write("/var/lib/kube-proxy/kubeconfig", "kind: Config\n", m)
    n.write("/etc/srv/kubernetes/pki/ca-certificates.crt", "CERT", 0o644 if hard else 0o666)
    n.write("/etc/kubernetes/manifests/kube-proxy.manifest", "kind: Pod\nspec:\n  containers:\n  - command: [kube-proxy]\n", m)


def aks_files(n, hard):
    m = 0o600 if hard else 0o666
    n.proc("kube-proxy", ["kube-proxy", "--conntrack-max-per-core=0", "--metrics-bind-address=0.0.0.0:10249",
           "--kubeconfig=/var/lib/kubelet/kubeconfig", "--cluster-cidr=10.244.0.0/16", "--detect-local-mode=ClusterCIDR"])
    n.write("/var/lib/kubelet/kubeconfig", "kind: Config\n", m)
    n.write("/etc/kubernetes/azure.json", '{"cloud": "AzurePublicCloud", "useInstanceMetadata": true}\n', m)
    n.write("/etc/kubernetes/certs/ca.crt", "CERT", 0o644 if hard else 0o666)
    n.write("/etc/kubernetes/certs/kubeletserver.key", "KEY", m)
    n.write("/etc/systemd/system/kubelet.service", "[Service]\nEnvironmentFile=/etc/default/kubelet\n"
            "ExecStart=/usr/local/bin/kubelet --enable-server --v=2 $KUBELET_TLS_BOOTSTRAP_FLAGS $KUBELET_CONFIG_FILE_FLAGS "
            "$KUBELET_FLAGS\n")


AKS_ARGS = ["/usr/local/bin/kubelet", "--enable-server", "--v=2", "--volume-plugin-dir=/etc/kubernetes/volumeplugins",
            "--kubeconfig", "/var/lib/kubelet/kubeconfig", "--bootstrap-kubeconfig", "/var/lib/kubelet/bootstrap-kubeconfig",
            "--container-runtime-endpoint=unix:///run/containerd/containerd.sock", "--node-labels=agentpool=nodepool1"]


def aks(n, hard):
    """A node pool without a kubelet configuration of its own: everything is a flag."""
    flags = ["--address=0.0.0.0", f"--anonymous-auth={'false' if hard else 'true'}", "--authentication-token-webhook=true",
             f"--authorization-mode={'Webhook' if hard else 'AlwaysAllow'}", "--client-ca-file=/etc/kubernetes/certs/ca.crt",
             "--cloud-config=/etc/kubernetes/azure.json", "--event-qps=0", "--max-pods=110",
             f"--read-only-port={0 if hard else 10255}", f"--rotate-certificates={'true' if hard else 'false'}",
             f"--streaming-connection-idle-timeout={'4h' if hard else '0'}", "--tls-cert-file=/etc/kubernetes/certs/kubeletserver.crt",
             "--tls-private-key-file=/etc/kubernetes/certs/kubeletserver.key"]
    if hard:
        flags += ["--feature-gates=RotateKubeletServerCertificate=true", "--protect-kernel-defaults=true"]
    aks_files(n, hard)
    n.proc("kubelet", AKS_ARGS + flags)
    n.write("/etc/default/kubelet", "KUBELET_FLAGS=" + " ".join(flags) + "\n", 0o600 if hard else 0o666)


def aks_config(n, hard):
    """A node pool with a kubelet configuration of its own: the settings are in /etc/default/kubeletconfig.json."""
    c = {"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1",
         "authentication": {"anonymous": {"enabled": not hard}, "webhook": {"enabled": True},
                            "x509": {"clientCAFile": "/etc/kubernetes/certs/ca.crt"}},
         "authorization": {"mode": "Webhook" if hard else "AlwaysAllow"}, "eventRecordQPS": 0 if hard else 50,
         "featureGates": {"RotateKubeletServerCertificate": hard}, "makeIPTablesUtilChains": hard,
         "protectKernelDefaults": True, "readOnlyPort": 0 if hard else 10255, "rotateCertificates": hard,
         "streamingConnectionIdleTimeout": "4h" if hard else "0",
         "tlsCertFile": "/etc/kubernetes/certs/kubeletserver.crt", "tlsPrivateKeyFile": "/etc/kubernetes/certs/kubeletserver.key"}
    aks_files(n, hard)
    n.proc("kubelet", AKS_ARGS + ["--config", "/etc/default/kubeletconfig.json"])
    n.write("/etc/default/kubelet", "KUBELET_CONFIG_FILE_FLAGS=--config /etc/default/kubeletconfig.json\n", 0o600 if hard else 0o666)
    n.write("/etc/default/kubeletconfig.json", json.dumps(c), 0o600 if hard else 0o666)


NODES = {name + ("-hardened" if hard else ""): (make, hard, benchmarks)
         for make, name, benchmarks in ((kubeadm, "kubeadm", ("cis-1.10", "cis-1.11", "cis-1.12")),
                                        (eks, "eks", ("eks-1.8.0",)), (rke2, "rke2", ("cis-1.12",)),
                                        (k3s, "k3s", ("cis-1.12",)),
                                        (gke, "gke", ("gke-1.6.0", "gke-1.9.0")), (aks, "aks", ("aks-1.7", "aks-1.8")),
                                        (aks_config, "aks-config", ("aks-1.7", "aks-1.8")))
         for hard in (False, True)}
MANAGED = ("eks", "gke", "aks")  # the service keeps the control plane: its nodes are what there is to judge
PLACES = ("conformance/kube-bench", os.environ.get("SW_KUBE_BENCH", ""), "/etc/kube-bench/cfg")


def make(name, root):
    NODES[name][0](Node(root), NODES[name][1])


def verdicts(out):
    return {r["test_number"]: r for c in json.loads(out)["Controls"] for g in c["tests"] or [] for r in g["results"]}


def folder_of(benchmark):
    at = (os.path.join(SHARED, place) for place in PLACES if place)
    return next((d for d in at if os.path.isfile(os.path.join(d, benchmark, "node.yaml"))), None)


def run(seawall, root, folder, benchmark, *more):
    cmd = [seawall, "bench", "--root", root, *more, "--benchmark-dir", folder, "--benchmark", benchmark, "--target",
           "node" if benchmark.startswith(MANAGED) else "master,node,etcd,controlplane",
           "-o", "kube-bench-json", "--fail-on", "never"]
    done = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return verdicts(done.stdout)


def cases(seawall, golden):
    for name, (_, _, benchmarks) in sorted(NODES.items()):
        root = tempfile.mkdtemp(prefix="cis-node-")
        try:
            make(name, root)
            for b in benchmarks:
                folder = folder_of(b)
                if not folder:
                    yield True, f"{name} {b} # skip not among the benchmarks here; $SW_KUBE_BENCH may name a folder that has it", ""
                    continue
                told = b.startswith(MANAGED[1:])
                got = run(seawall, root, folder, b, *([] if told else ["--usual-paths"]))
                usual = run(seawall, root, folder, b, "--usual-paths") if told else {}
                with open(os.path.join(golden, f"{name}.{b}.tsv"), encoding="utf-8") as f:
                    rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
                for row in rows:
                    r = got.pop(row[0], {"status": "missing"})
                    yield r["status"] == row[2], f"{name} {b} {row[0]}", f"{r['status']}, expected {row[2]}: {r.get('reason', '')}"
                    if told:
                        r = usual.pop(row[0], {"status": "missing"})
                        yield r["status"] == row[1], f"{name} {b} {row[0]} with --usual-paths", f"{r['status']}, kube-bench {row[1]}"
                yield not got, f"{name} {b} judges no other control", " ".join(sorted(got))
        finally:
            shutil.rmtree(root, ignore_errors=True)


def main(argv):
    if len(argv) > 3 and argv[1] == "--make":
        make(argv[2], argv[3])
        return 0
    if not os.path.isdir(os.path.join(SHARED, "conformance/kube-bench")):
        return skip_all("benchmark nodes", "no conformance data in $SW_SHARED")
    if os.geteuid() != 0:
        return skip_all("benchmark nodes", "the trees need files that belong to root")
    tap = Tap()
    for ok, name, why in cases(argv[1], argv[2]):
        tap.ok(ok, name, why)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
