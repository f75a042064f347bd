#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""dump.py same|different [objects [yaml]] > dump: a cluster dump as `kubectl get -A -o json` writes it, made up.

same: the pods of 40 DaemonSets on many nodes; like those of a real cluster they differ in what nodes and
controllers write into them, and in nothing a check looks at. different: every pod has its own container
names, images, settings and some faults, as no real cluster has. Same arguments, same bytes.
yaml: a document per object, in blocks, as people write them.
"""
import json
import random
import sys

ROLES = ["agent", "proxy", "csi", "cni", "log", "metrics", "dns", "gpu", "audit", "scan"]


def env(r, n):
    return [{"name": f"SETTING_{i}", "value": f"value-{r.randrange(10**6)}"} for i in range(n)]


GOOD = {"privileged": False, "runAsNonRoot": True, "runAsUser": 12345, "runAsGroup": 12345,
        "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}


def container(r, name, image):
    c = {"name": name, "image": image + "@sha256:" + "%064x" % r.getrandbits(256), "imagePullPolicy": "Always",
         "env": env(r, 8), "securityContext": {k: v for k, v in GOOD.items() if r.random() < 0.6},
         "ports": [{"containerPort": 8080 + r.randrange(100), "name": "http", "protocol": "TCP"}],
         "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "128Mi"}},
         "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
         "volumeMounts": [{"name": "config", "mountPath": "/etc/config", "readOnly": True},
                          {"name": "data", "mountPath": "/var/lib/data"}]}
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if r.random() < 0.6:
            c[probe] = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    if r.random() < 0.4:
        c["securityContext"]["privileged"] = True
    if r.random() < 0.4:
        c["image"] = "registry.example.org/team/side:latest"
    if r.random() < 0.4:
        del c["resources"]["limits"]
    return c


def spec(r, tag):
    return {"containers": [container(r, f"main{tag}", f"registry.example.org/team/app{tag}"),
                           container(r, f"side{tag}", "registry.example.org/team/side")],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
            "serviceAccountName": f"app{tag}", "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 30, "securityContext": {"runAsNonRoot": True, "fsGroup": 12345},
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
            "volumes": [{"name": "config", "configMap": {"name": "config"}}, {"name": "data", "emptyDir": {}}]}


def status(r, s, node):
    at = f"2024-05-{1 + r.randrange(28):02}T10:00:{r.randrange(60):02}Z"
    return {"phase": "Running", "qosClass": "Burstable", "hostIP": node, "podIP": f"10.{r.randrange(256)}.3.4",
            "startTime": at,
            "conditions": [{"type": t, "status": "True", "lastProbeTime": None, "lastTransitionTime": at}
                           for t in ("Initialized", "Ready", "ContainersReady", "PodScheduled")],
            "containerStatuses": [{"name": c["name"], "image": c["image"], "ready": True, "restartCount": 0,
                                   "containerID": "containerd://" + "%064x" % r.getrandbits(256),
                                   "imageID": c["image"] + "@sha256:" + "%064x" % r.getrandbits(256),
                                   "state": {"running": {"startedAt": at}}} for c in s["containers"]]}


def pods(r, n, different):
    sets = [(f"{ROLES[i % 10]}-{i}", spec(random.Random(i), f"-{i}")) for i in range(40)]
    for i in range(n):
        name, s = sets[i % 40]
        node = f"10.0.{i // 40 // 250}.{i // 40 % 250}"
        if different:
            name, s = f"app-{i}", spec(r, f"-{i}")
        else:
            s = dict(s, nodeName=f"node-{i // 40}")
        suffix = "%05x" % r.getrandbits(20)
        uid = "%032x" % (i % 40 if not different else i)
        yield {"apiVersion": "v1", "kind": "Pod",
               "metadata": {"name": f"{name}-{suffix}", "generateName": name + "-", "namespace": f"team-{i % 7}",
                            "uid": "%032x" % r.getrandbits(128), "resourceVersion": str(r.randrange(10**8)),
                            "creationTimestamp": "2024-05-01T10:00:00Z",
                            "labels": {"app": name, "controller-revision-hash": "6b7f", "tier": ROLES[i % 10]},
                            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": name,
                                                 "uid": uid, "controller": True, "blockOwnerDeletion": True}]},
               "spec": s, "status": status(r, s, node)}


def block(v, indent):
    """Lines of a value behind its key or dash."""
    pad = "  " * indent
    if isinstance(v, dict) and v:
        for k, x in v.items():
            if isinstance(x, (dict, list)) and x:
                yield f"{pad}{k}:"
                yield from block(x, indent + (isinstance(x, dict)))
            else:
                yield f"{pad}{k}: {json.dumps(x)}"
    elif isinstance(v, list):
        for x in v:
            lines = list(block(x, indent + 1)) if isinstance(x, (dict, list)) and x else [json.dumps(x)]
            yield f"{pad}- {lines[0].strip()}"
            yield from lines[1:]


def main(kind, n=14651, form="json"):
    r = random.Random(1)
    out = sys.stdout
    if form == "yaml":
        for pod in pods(r, int(n), kind == "different"):
            out.write("---\n" + "\n".join(block(pod, 0)) + "\n")
        return
    out.write('{\n    "apiVersion": "v1",\n    "items": [\n')
    for i, pod in enumerate(pods(r, int(n), kind == "different")):
        out.write(",\n" if i else "")
        out.write("        " + json.dumps(pod))
    out.write('\n    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n')


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("same", "different"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
