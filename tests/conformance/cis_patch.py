#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ready commands and diffs of `seawall bench`: on a tree of each layout in which as much as can be is wrong, each fix is
applied alone to a copy of the node: its control passes then, no other verdict changes but those named here, and the
diff touches no line that it need not.  Then all of them one after the other, asked for anew after each change of a file:
nothing with a fix is left.  usage: cis_patch.py SEAWALL   prints TAP, and how many controls have a fix that was tried"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cis_nodes import Node  # noqa: E402
from cis_own import LONG, bench, by_rule  # noqa: E402
from harness import Tap, skip_all  # noqa: E402

POD = """# written by hand
apiVersion: v1
kind: Pod
metadata: {name: kube-%s, labels: {component: kube-%s}}
spec:
  containers:
  - name: x
    command:
    - kube-%s   # the program
%s    image: registry.k8s.io/kube-%s:v1.36.2
    volumeMounts:
    - {mountPath: /etc/kubernetes/pki, name: pki, readOnly: true}
  volumes:
  - name: pki
    hostPath: {path: /etc/kubernetes/pki}
"""
KUBELET = """# kubelet
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true # open
  webhook: {enabled: false}
  x509: {clientCAFile: "/etc/kubernetes/it's a $(touch x) ca.crt"}
authorization: {mode: AlwaysAllow}
readOnlyPort: 10255
streamingConnectionIdleTimeout: 0s
makeIPTablesUtilChains: false
eventRecordQPS: 2
tlsMinVersion: VersionTLS10
tlsCipherSuites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] # one is weak
allowedUnsafeSysctls: ["net.core.somaxconn"]
featureGates: {RotateKubeletServerCertificate: false}
"""
BAD_KUBELET = {"authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}, "x509": {}},
               "authorization": {"mode": "AlwaysAllow"}, "readOnlyPort": 10255, "streamingConnectionIdleTimeout": "0s",
               "makeIPTablesUtilChains": False, "eventRecordQPS": 2, "tlsMinVersion": "VersionTLS10",
               "allowedUnsafeSysctls": ["net.core.somaxconn"], "featureGates": {"RotateKubeletServerCertificate": False}}
# two of a kind, a value in the next item, lists with what must go and without what must be there
API_BAD = ["--anonymous-auth=true", "--token-auth-file=/etc/tokens", "--basic-auth-file", "/etc/basic",
           "--authorization-mode=AlwaysAllow", "--enable-admission-plugins=NamespaceLifecycle,AlwaysAdmit",
           "--disable-admission-plugins=ServiceAccount,PodSecurity,NamespaceLifecycle", "--profiling=true", "--profiling=true",
           "--request-timeout=3600s", "--service-account-lookup=false", "--insecure-port=8080", "--insecure-bind-address=0.0.0.0",
           "--tls-min-version=VersionTLS10", "--tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA", "--oidc-issuer-url=https://issuer",
           "--oidc-groups-claim=groups", "--oidc-username-prefix=-", "--enable-priority-and-fairness=false",
           "--secure-port=0", "--kubelet-https=false", "--runtime-config=batch/v2=true,api/all=true", "--feature-gates=AllAlpha=true,X=false"]
AUDITED = ["--audit-log-path=/var/log/kubernetes/a.log", "--audit-log-maxage=1", "--audit-log-maxbackup=1",
           "--audit-log-maxsize=1", "--audit-policy-file=/etc/kubernetes/pki/audit.yaml",
           "--encryption-provider-config=/etc/kubernetes/pki/enc.yaml"]
CM_BAD = ["--bind-address=0.0.0.0", "--kubeconfig=/etc/kubernetes/controller-manager.conf # stays", "--profiling=true",
          "--terminated-pod-gc-threshold=99999", "--use-service-account-credentials=false",
          "--feature-gates=A=true,RotateKubeletServerCertificate=false"]
SCHED_BAD = ["--bind-address=0.0.0.0", "--kubeconfig=/etc/kubernetes/scheduler.conf # stays"]
ETCD_BAD = ["--data-dir=/var/lib/etcd", "--client-cert-auth=false", "--auto-tls=true", "--peer-auto-tls", "--cipher-suites=TLS_RSA_WITH_RC4_128_SHA"]
SYSCTLS = {"kernel/unprivileged_bpf_disabled": 0, "kernel/kptr_restrict": 0, "kernel/dmesg_restrict": 0, "kernel/randomize_va_space": 0,
           "kernel/panic": 0, "kernel/panic_on_oops": 0, "fs/protected_symlinks": 0, "fs/protected_hardlinks": 0,
           "fs/protected_fifos": 0, "kernel/yama/ptrace_scope": 0, "kernel/core_pattern": "|/tmp/x %p"}
SHELL = """chmod() { command chmod "$1" "$ROOT$2"; }; chown() { command chown "${1//etcd/101}" "$ROOT$2"; }
sysctl() { local k=${2%%=*}; printf '%s\\n' "${2#*=}" > "$ROOT/proc/sys/${k//.//}"; }
printf() { if [ "$2" ]; then builtin printf "$@"; fi; }
oc() { "$PYTHON" "$SELF" oc "$@"; }
cd "$ROOT"
"""
# Whose verdicts may change with a control's, because they speak of the same thing.
WITH = {"SW-NODE-206": {"207", "208"}, "SW-NODE-207": {"206", "208"}, "SW-NODE-208": {"206", "207"},
        "SW-NODE-216": {"217", "218", "219", "614"}, "SW-NODE-611": {"612", "613"}, "SW-NODE-612": {"613"}, "SW-NODE-613": {"612"},
        "SW-NODE-227": {"228", "231", "232"}, "SW-NODE-234": {"229"}, "SW-NODE-229": {"234"}, "SW-NODE-738": {"732"},
        "SW-NODE-238": {"239"}, "SW-NODE-723": {"707", "708"}, "SW-NODE-210": {"214"}, "SW-NODE-228": {"231"},
        "SW-NODE-235": {"242"}, "SW-NODE-242": {"235"}}


def items(flags):
    return "".join(f"    - {f}\n" for f in flags)


def pod(n, name, flags, comp=None):
    comp = comp or name
    n.write(f"/etc/kubernetes/manifests/{comp}.yaml", POD.replace("kube-%s", "%s") % (comp, comp, comp, items(flags), comp), 0o644)


def pki(n):
    for f in ("ca", "apiserver", "apiserver-etcd-client", "apiserver-kubelet-client", "etcd/ca", "etcd/server", "etcd/peer"):
        n.write(f"/etc/kubernetes/pki/{f}.crt", LONG, 0o644)
        n.write(f"/etc/kubernetes/pki/{f}.key", "KEY", 0o600)
    n.write("/etc/kubernetes/pki/sa.pub", "PUB")
    n.write("/etc/kubernetes/pki/sa.key", "KEY", 0o600)


def loose(n, *paths):
    for p in paths:
        n.write(p, "kind: Config\n", 0o666)
        os.chown(n.root + p, 12, 12)


def static_pods(n, more=()):
    pki(n)
    pod(n, None, API_BAD + list(more), "kube-apiserver")
    pod(n, None, CM_BAD, "kube-controller-manager")
    pod(n, None, SCHED_BAD, "kube-scheduler")
    pod(n, None, ETCD_BAD, "etcd")
    loose(n, "/etc/kubernetes/azure.json", "/etc/kubernetes/admin.conf", "/etc/kubernetes/scheduler.conf", "/etc/kubernetes/controller-manager.conf",
          "/etc/kubernetes/kubelet.conf", "/etc/cni/net.d/10-x.conf")
    for f in ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager"):
        os.chown(n.root + f"/etc/kubernetes/manifests/{f}.yaml", 12, 0)
    os.chown(n.root + "/etc/kubernetes/pki/ca.crt", 12, 12)
    os.chmod(n.root + "/etc/kubernetes/pki/ca.crt", 0o666)
    os.chmod(n.root + "/etc/kubernetes/pki/ca.key", 0o644)
    n.write("/var/lib/etcd/member/x", "", 0o600)
    os.chmod(n.root + "/var/lib/etcd", 0o755)
    os.chown(n.root + "/var/lib/etcd", 12, 12)


def kubeadm(n):
    static_pods(n)
    n.proc("kubelet", ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml", "--kubeconfig=/etc/kubernetes/kubelet.conf"])
    n.write("/var/lib/kubelet/config.yaml", KUBELET, 0o666)
    os.chown(n.root + "/var/lib/kubelet/config.yaml", 12, 12)
    n.write("/etc/kubernetes/it's a $(touch x) ca.crt", "CERT", 0o666)
    os.chown(n.root + "/etc/kubernetes/it's a $(touch x) ca.crt", 12, 12)
    n.write("/var/lib/kubelet/pki/kubelet.key", "KEY", 0o644)
    for k, v in SYSCTLS.items():
        n.write("/proc/sys/" + k, f"{v}\n")
    n.write("/etc/sysctl.d/README", "")
    n.write("/etc/kubernetes/enc.yaml", "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n"
            "- resources: [secrets]\n  providers:\n  - kms: {apiVersion: v2, name: k, endpoint: unix:///k}\n", 0o600)


def audited(n):
    static_pods(n, AUDITED)
    n.write("/etc/kubernetes/pki/audit.yaml", "# ours\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n"
            "  resources: [{group: '', resources: [pods/exec]}] # hides\n- level: RequestResponse\n")
    n.write("/etc/kubernetes/pki/enc.yaml", "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n"
            "- resources: [secrets]\n  providers:\n  - identity: {}\n  - secretbox:\n      keys:\n      - name: k\n        secret: c2VjcmV0\n", 0o644)
    n.write("/var/log/kubernetes/a.log", "", 0o644)


def units(n):
    """Everything as systemd services: flags in the unit, in a drop-in's Environment=, and in an environment file."""
    n.write("/etc/systemd/system/kubelet.service.d/10.conf", "[Service]\nEnvironment=\"ARGS=--anonymous-auth=true --read-only-port=10255\"\n"
            "EnvironmentFile=/etc/default/kubelet\nExecStart=\nExecStart=/usr/bin/kubelet $ARGS \\\n  $MORE --hostname-override=x\n", 0o666)
    n.write("/usr/lib/systemd/system/kubelet.service", "# --protect-kernel-defaults=false\n[Service]\nExecStart=/usr/bin/kubelet\n", 0o644)
    os.chown(n.root + "/etc/systemd/system/kubelet.service.d/10.conf", 12, 12)
    n.write("/etc/default/kubelet", "# local\nMORE='--authorization-mode=AlwaysAllow --event-qps=1 --streaming-connection-idle-timeout 0s'\n", 0o644)
    n.write("/etc/systemd/system/kube-apiserver.service", "[Service]\nExecStart=/usr/bin/kube-apiserver \\\n  " +
            " \\\n  ".join(f for f in API_BAD if f != "--profiling=true" and not f.startswith("/etc")) + "\nRestart=always\n")
    n.write("/etc/systemd/system/kube-proxy.service", "[Service]\nExecStart=/usr/bin/kube-proxy --metrics-bind-address=0.0.0.0:10249 --profiling "
            "--kubeconfig=/var/lib/kube-proxy/kubeconfig\n")
    loose(n, "/var/lib/kube-proxy/kubeconfig")
    n.write("/etc/kubernetes/pki/ca.crt", LONG)


def kubelet_json(compact):
    def tree(n):
        bad = {"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1", **BAD_KUBELET}
        n.proc("kubelet", ["/usr/bin/kubelet", "--config=/etc/kubernetes/kubelet/config.json", "--kubeconfig=/var/lib/kubelet/kubeconfig"])
        n.write("/etc/kubernetes/kubelet/config.json", json.dumps(bad) if compact else json.dumps(bad, indent=2) + "\n", 0o666)
        loose(n, "/var/lib/kubelet/kubeconfig")
        n.write("/etc/kubernetes/pki/ca.crt", LONG)
    return tree


def drop_in(n):
    """The drop-in folder decides over the configuration file."""
    n.proc("kubelet", ["/usr/bin/kubelet", "--config=/k.yaml", "--config-dir=/k.d"])
    n.write("/k.yaml", "kind: KubeletConfiguration\nauthentication: {anonymous: {enabled: false}}\n", 0o600)
    n.write("/k.d/10.conf", "kind: KubeletConfiguration\nauthentication:\n  anonymous: {enabled: true}\nreadOnlyPort: 10255\n", 0o600)


def beside_flags(n):
    """A flag in the unit decides over the configuration file."""
    n.write("/etc/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet --config=/k.yaml --anonymous-auth=true\n", 0o600)
    n.write("/k.yaml", "kind: KubeletConfiguration\nauthentication: {anonymous: {enabled: false}}\nreadOnlyPort: 10255\n", 0o600)


def k3s(n):
    n.write("/var/lib/rancher/k3s/server/db/x", "")
    n.write("/etc/rancher/k3s/config.yaml", "# ours\nwrite-kubeconfig-mode: \"0600\"\nkube-apiserver-arg:\n- anonymous-auth=true # open\n"
            "- enable-admission-plugins=AlwaysAdmit\n- profiling=true\n- authorization-mode=AlwaysAllow\nkube-controller-manager-arg: bind-address=0.0.0.0\n"
            "kubelet-arg: [\"read-only-port=10255\", \"anonymous-auth=true\", \"streaming-connection-idle-timeout=0s\"]\n", 0o600)


def k3s_dropin(n):
    n.write("/var/lib/rancher/k3s/server/db/x", "")
    n.write("/etc/rancher/k3s/config.yaml.d/10.yaml", "kube-apiserver-arg:\n- anonymous-auth=true\n", 0o600)


def rke2(n):
    at = "/var/lib/rancher/rke2/agent/pod-manifests"
    for name, flags in (("kube-apiserver", ["--anonymous-auth=true", "--profiling=true", "--authorization-mode=AlwaysAllow"]),
                        ("kube-scheduler", ["--bind-address=0.0.0.0"])):
        n.write(f"{at}/{name}.yaml", POD.replace("kube-%s", "%s") % (name, name, name, items(flags), name), 0o644)
    n.write("/etc/rancher/rke2/config.yaml", "token: abc\nkube-apiserver-arg:\n- \"anonymous-auth=true\"\n- profiling=true\n", 0o600)


def rke2_restarts(root):
    """RKE2 writes its manifests anew from its configuration."""
    path = root + "/etc/rancher/rke2/config.yaml"
    if not os.path.isfile(path):
        return
    with open(path, encoding="utf-8") as f:
        key = ""
        for line in f:
            m = re.match(r"([\w-]+)-arg:", line)
            key = m[1] if m else key
            m = re.match(r"\s*- \"?([\w-]+)=([^\"\s]*)", line)
            p = f"{root}/var/lib/rancher/rke2/agent/pod-manifests/{key}.yaml"
            if not m or not os.path.isfile(p):
                continue
            with open(p, encoding="utf-8") as g:
                text = re.sub(rf"    - --{m[1]}=.*\n", "", g.read())
            with open(p, "w", encoding="utf-8") as g:
                g.write(re.sub(r"(    - kube-\S+   # the program\n)", rf"\1    - --{m[1]}={m[2]}\n", text))


def etcd_file(n):
    n.proc("etcd", ["etcd", "--config-file=/etc/etcd.yaml"])
    n.write("/etc/etcd.yaml", "name: a # one\nclient-transport-security:\n  auto-tls: true\n  client-cert-auth: false\npeer-transport-security: {auto-tls: true}\n")
    for f in ("server", "peer"):
        n.write(f"/etc/kubernetes/pki/etcd/{f}.crt", LONG)
        n.write(f"/etc/kubernetes/pki/etcd/{f}.key", "KEY", 0o600)


def runtimes(n):
    n.write("/etc/crio/crio.conf", '[crio.api]\nstream_address = "127.0.0.1"\n[crio.runtime]\nseccomp_profile = "unconfined" # off\n', 0o644)
    n.write("/etc/crio/crio.conf.d/10.conf", '[crio.api]\nstream_address = "0.0.0.0"\n[crio.image]\ninsecure_registries = ["r"]\n', 0o644)
    os.makedirs(n.root + "/run/crio")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(n.root + "/run/crio/crio.sock")
    os.chmod(n.root + "/run/crio/crio.sock", 0o666)
    n.write("/etc/containerd/config.toml", "version = 2\n# here\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  stream_server_address = \"0.0.0.0\" # open\n"
            "  disable_apparmor = true\n  unset_seccomp_profile = \"unconfined\"\n", 0o666)
    n.write("/etc/docker/daemon.json", '{\n  "hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"],\n  "insecure-registries": ["r:5000"]\n}\n', 0o644)


def openshift(n):
    at = "/etc/kubernetes/static-pod-resources/kube-apiserver-pod-9/configmaps"
    n.write("/etc/os-release", 'ID="rhcos"\nOPENSHIFT_VERSION="4.16"\n')
    n.write("/etc/kubernetes/manifests/kube-apiserver-pod.yaml",
            "kind: Pod\nmetadata: {labels: {component: kube-apiserver}}\nspec:\n  containers:\n  - command: [kube-apiserver]\n"
            "    args: [--openshift-config=/etc/kubernetes/static-pod-resources/configmaps/config/config.yaml]\n"
            "    volumeMounts:\n    - {name: r, mountPath: /etc/kubernetes/static-pod-resources}\n"
            "  volumes:\n  - {name: r, hostPath: {path: /etc/kubernetes/static-pod-resources/kube-apiserver-pod-9}}\n", 0o600)
    n.write(at + "/config/config.yaml", json.dumps({
        "kind": "KubeAPIServerConfig", "apiVersion": "kubecontrolplane.config.openshift.io/v1", "apiServerArguments": {
            "anonymous-auth": ["true"], "authorization-mode": ["Scope", "SystemMasters", "RBAC", "Node"],
            "tls-min-version": ["VersionTLS10"], "tls-cipher-suites": ["TLS_RSA_WITH_AES_128_CBC_SHA"], "profiling": ["true"],
            "audit-policy-file": ["/etc/kubernetes/static-pod-resources/configmaps/audit/policy.yaml"]}}), 0o600)
    n.write(at + "/audit/policy.yaml", json.dumps({"kind": "Policy", "apiVersion": "audit.k8s.io/v1", "rules": [{"level": "None"}]}), 0o600)
    n.proc("kubelet", ["/usr/bin/kubelet", "--config=/etc/kubernetes/kubelet.conf", "--kubeconfig=/var/lib/kubelet/kubeconfig",
                       "--node-labels=node-role.kubernetes.io/master,node.openshift.io/os_id=rhcos"])
    n.write("/etc/kubernetes/kubelet.conf", json.dumps({"kind": "KubeletConfiguration", "apiVersion": "kubelet.config.k8s.io/v1beta1",
                                                        **BAD_KUBELET}), 0o600)
    n.write("/etc/kubernetes/ca.crt", LONG)
    for k, v in SYSCTLS.items():
        n.write("/proc/sys/" + k, f"{v}\n")
    n.write("/etc/crio/crio.conf", '[crio.api]\nstream_address = "0.0.0.0"\n[crio.runtime]\nseccomp_profile = "unconfined"\n', 0o644)


def merge(old, new):
    """A merge patch (RFC 7396)."""
    if not isinstance(new, dict):
        return new
    old = dict(old) if isinstance(old, dict) else {}
    for k, v in new.items():
        if v is None:
            old.pop(k, None)
        else:
            old[k] = merge(old.get(k), v)
    return old


def edit(path, change):
    with open(path, encoding="utf-8") as f:
        value = change(json.load(f))
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f)


def operators(root, kind, spec):
    """What OpenShift's operators make of an object on this node."""
    at = root + "/etc/kubernetes/static-pod-resources/kube-apiserver-pod-9/configmaps"
    if kind == "KubeletConfig":
        edit(root + "/etc/kubernetes/kubelet.conf", lambda v: merge(v, spec["kubeletConfig"]))
    for f in spec.get("config", {}).get("storage", {}).get("files", []):
        assert f["mode"] == 420 and f["overwrite"] and f["contents"]["source"].startswith("data:,")
        text = urllib.parse.unquote(f["contents"]["source"][6:])
        os.makedirs(os.path.dirname(root + f["path"]), exist_ok=True)
        with open(root + f["path"], "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(root + f["path"], f["mode"])
        if "/sysctl.d/" in f["path"]:
            key, value = text.strip().split("=", 1)
            with open(f"{root}/proc/sys/{key.replace('.', '/')}", "w", encoding="utf-8") as out:
                out.write(value + "\n")
    flags = {}
    if spec.get("tlsSecurityProfile") == {"type": "Intermediate", "intermediate": {}}:
        flags = {"tls-min-version": ["VersionTLS12"], "tls-cipher-suites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]}
    if spec.get("encryption") == {"type": "aesgcm"}:
        flags["encryption-provider-config"] = ["/etc/kubernetes/static-pod-resources/configmaps/enc/config"]
        os.makedirs(at + "/enc", exist_ok=True)
        with open(at + "/enc/config", "w", encoding="utf-8") as out:
            json.dump({"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1", "resources": [
                {"resources": ["secrets"], "providers": [{"aesgcm": {"keys": [{"name": "1", "secret": "c2VjcmV0"}]}}, {"identity": {}}]}]}, out)
        os.chmod(at + "/enc/config", 0o600)
    if spec.get("audit") == {"profile": "Default"}:
        edit(at + "/audit/policy.yaml", lambda v: {**v, "rules": [{"level": "Metadata"}]})
    if flags:
        edit(at + "/config/config.yaml", lambda v: merge(v, {"apiServerArguments": flags}))


def oc(root, args):
    """As much of oc as the fixes use; exits as it does. Objects are kept beside the node."""
    store = root + "/objects"
    if not os.path.exists(store):
        with open(store, "w", encoding="utf-8") as f:
            json.dump({"apiserver cluster": {"kind": "APIServer", "spec": {}}}, f)
    with open(store, encoding="utf-8") as f:
        have = json.load(f)
    if args[0] == "get":
        sys.exit(0 if f"{args[1]} {args[2]}" in have else 1)
    if args[0] == "patch":
        name = f"{args[1]} {args[2]}"
        assert args[3:5] == ["--type=merge", "-p"] and name in have
        have[name] = merge(have[name], json.loads(args[5]))
    else:
        assert args[0] in ("create", "apply") and args[1:] == ["-f", "-"]
        new = json.load(sys.stdin)
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", new["metadata"]["name"])
        name = f"{new['kind'].lower()} {new['metadata']['name']}"
        assert args[0] == "apply" or name not in have
        pool = new["metadata"].get("labels", new["spec"].get("machineConfigPoolSelector", {}).get("matchLabels"))
        assert pool in ({"machineconfiguration.openshift.io/role": "master"}, {"pools.operator.machineconfiguration.openshift.io/master": ""})
        have[name] = new
    operators(root, have[name]["kind"], have[name]["spec"])
    with open(store, "w", encoding="utf-8") as f:
        json.dump(have, f)


LAYOUTS = [("kubeadm", kubeadm), ("static pods with an audit log", audited), ("systemd units", units), ("kubelet JSON as EKS has it", kubelet_json(False)),
           ("kubelet JSON on one line as AKS has it", kubelet_json(True)), ("kubelet drop-ins", drop_in), ("kubelet flags over a file", beside_flags),
           ("k3s", k3s), ("k3s drop-ins", k3s_dropin), ("RKE2", rke2), ("etcd with a file", etcd_file), ("container runtimes", runtimes),
           ("OpenShift", openshift)]
WANT = {"kubeadm": 75, "static pods with an audit log": 50, "systemd units": 25, "kubelet JSON as EKS has it": 14,
        "kubelet JSON on one line as AKS has it": 14, "kubelet drop-ins": 2, "kubelet flags over a file": 2, "k3s": 8, "k3s drop-ins": 1,
        "RKE2": 5, "etcd with a file": 6, "container runtimes": 5, "OpenShift": 29}


def apply(fix, root):
    out = b""
    if "command" in fix:
        command = re.sub(r">> /", ">> ./", fix["command"])
        out += subprocess.run(["bash", "-ec", SHELL + command], env={**os.environ, "ROOT": root, "PYTHON": sys.executable, "SELF": os.path.abspath(__file__)}, cwd="/", capture_output=True, check=False).stderr
    if "diff" in fix:
        out += subprocess.run(["patch", "-d", root, "-p1", "--no-backup-if-mismatch", "--fuzz=0"], input=fix["diff"].encode(),
                              capture_output=True, check=False).stdout
    rke2_restarts(root)
    return out


def touches(fix):
    """The files that a fix speaks of; objects of a cluster count as one."""
    command = fix.get("command", "")
    if re.search(r"\boc ", command):
        return {"oc"}
    return set(re.findall(r"^\+\+\+ (.+)", fix.get("diff", ""), re.M) + re.findall(r"/[^\s'\";]+", command)) or {command}


def ready_of(report):
    return {k: f for k, f in report.items() if {"command", "diff"} & set(f.get("fix", {}))}


def cases(seawall, top, tried, seen):
    one, two = top + "/one", top + "/two"
    for name, tree in LAYOUTS:
        shutil.rmtree(one, ignore_errors=True)
        os.makedirs(one)
        tree(Node(one))
        before = by_rule(bench(seawall, one))
        seen |= set(before)
        ready = ready_of(before)
        yield f"{name}: at least {WANT[name]} ready fixes", len(ready) >= WANT[name], \
            f"{len(ready)}; without: " + " ".join(sorted(k[8:] for k, f in before.items() if f["verdict"] in ("fail", "manual") and k not in ready))
        yield f"{name}: only what is wrong has a fix", all(f["verdict"] in ("fail", "manual") for f in ready.values()), ""
        for k in sorted(ready):
            shutil.rmtree(two, ignore_errors=True)
            subprocess.run(["cp", "-a", "--no-target-directory", one, two], check=True)
            done = apply(before[k]["fix"], two)
            after = by_rule(bench(seawall, two))
            changed = {x for x in set(before) | set(after) if before.get(x, {}).get("verdict") != after.get(x, {}).get("verdict")}
            others = {x[8:] for x in changed - {k}} - WITH.get(k, set())
            good = after.get(k, {}).get("verdict") == "pass" and not others
            if good:
                tried.add(k)
            yield f"{name}: {k} passes when mended, nothing else changes", good, \
                f"{after.get(k, {}).get('verdict')}, changed {sorted(others)} {done} {before[k]['fix']}"
        for _ in range(200):
            touched = set()
            for k in sorted(ready):  # of the fixes of one file the first: the next one was made for the file as it was
                if touched.isdisjoint(touches(ready[k]["fix"])):
                    apply(ready[k]["fix"], one)
                    touched |= touches(ready[k]["fix"])
            ready = ready_of(by_rule(bench(seawall, one)))
            if not ready:
                break
        yield f"{name}: one after the other, nothing with a fix is left", not ready, " ".join(sorted(ready))


def main(seawall):
    if os.geteuid() != 0 or not shutil.which("patch"):
        return skip_all("ready fixes", "needs root and patch")
    tap = Tap()
    tried, seen = set(), set()
    top = tempfile.mkdtemp(prefix="cis-patch-")
    try:
        for name, ok, why in cases(seawall, top, tried, seen):
            tap.ok(ok, name, why)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    at = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../content/benchmarks/seawall")
    known = set()
    for file in os.listdir(at):
        with open(os.path.join(at, file), encoding="utf-8") as f:
            known |= set(re.findall(r"id: (SW-NODE-\d+)", f.read()))
    print(f"# {len(tried)} of {len(known)} controls have a fix that was tried, {len(seen)} applied somewhere; never seen: "
          + " ".join(sorted(k[8:] for k in known - seen)))
    print("# seen without one: " + " ".join(sorted(k[8:] for k in seen - tried)))
    return tap.end()


if __name__ == "__main__":
    if sys.argv[1] == "oc":
        oc(os.environ["ROOT"], sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1]))
