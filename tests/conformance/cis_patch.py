#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ready commands and diffs of `seawall bench`, each applied alone to a copy of the node: its control passes then, and
no other verdict changes.  usage: cis_patch.py SEAWALL   prints TAP"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cis_nodes import Node  # noqa: E402
from cis_own import bench, by_rule  # noqa: E402

POD = """# written by hand
apiVersion: v1
kind: Pod
metadata: {name: kube-%s, labels: {component: kube-%s}}
spec:
  containers:
  - name: x
    command:
    - kube-%s   # the program
    - --bind-address=0.0.0.0
    - --kubeconfig=/etc/kubernetes/%s.conf # stays
    image: x
"""
KUBELET = """# kubelet
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true # open
  x509: {clientCAFile: "/etc/kubernetes/it's a $(touch x) ca.crt"}
readOnlyPort: 10255
"""
WANT = {"SW-NODE-721", "SW-NODE-401", "SW-NODE-402", "SW-NODE-302", "SW-NODE-307", "SW-NODE-707", "SW-NODE-724"}
SHELL = 'chmod() { command chmod "$1" "$ROOT$2"; }; chown() { command chown "$1" "$ROOT$2"; }\n'


def tree(root):
    n = Node(root)
    n.proc("kubelet", ["/usr/bin/kubelet", "--config=/var/lib/kubelet/config.yaml"])
    n.write("/var/lib/kubelet/config.yaml", KUBELET)
    n.write("/etc/kubernetes/it's a $(touch x) ca.crt", "CERT", 0o666)
    for c in ("scheduler", "controller-manager"):
        n.write(f"/etc/kubernetes/manifests/kube-{c}.yaml", POD % (c, c, c, c))
    for c in ("scheduler", "controller-manager"):
        n.write(f"/etc/kubernetes/{c}.conf", "kind: Config\n", 0o644)


def apply(fix, root):
    if "command" in fix:
        return subprocess.run(["bash", "-ec", SHELL + fix["command"]], env={**os.environ, "ROOT": root}, cwd="/",
                              capture_output=True, check=False)
    return subprocess.run(["patch", "-d", root, "-p1", "--no-backup-if-mismatch"], input=fix["diff"].encode(),
                          capture_output=True, check=False)


def main(seawall):
    if os.geteuid() != 0 or not shutil.which("patch"):
        print("1..1\nok 1 - ready fixes # skip needs root and patch")
        return 0
    n = failed = 0
    top = tempfile.mkdtemp(prefix="cis-patch-")
    try:
        one, two = top + "/one", top + "/two"
        tree(one)
        before = by_rule(bench(seawall, one))
        ready = {k for k, f in before.items() if {"command", "diff"} & set(f.get("fix", {}))}
        results = [("the expected controls have a ready fix", WANT <= ready, sorted(WANT - ready)),
                   ("only failed ones have", all(before[k]["verdict"] == "fail" for k in ready), "")]
        for k in sorted(ready):
            shutil.rmtree(two, ignore_errors=True)
            shutil.copytree(one, two)
            done = apply(before[k]["fix"], two)
            after = by_rule(bench(seawall, two))
            changed = {x for x in before if x not in after or after[x]["verdict"] != before[x]["verdict"]}
            results.append((f"{k} passes when mended, nothing else changes",
                            changed == {k} and after[k]["verdict"] == "pass",
                            f"{changed} {done.stdout + done.stderr} {before[k]['fix']}"))
        for name, ok, why in results:
            n += 1
            failed += not ok
            print(f"{'ok' if ok else 'not ok'} {n} - {name}" + ("" if ok else f"\n# {why}"))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print(f"1..{n}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
