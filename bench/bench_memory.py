#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of the door over many reviews: what is allowed, what is denied, what is mutated and what is none, over kept and
new connections, with Gatekeeper's library, an admission policy in CEL and a mutating one. Prints the resident memory at
100,000 and at 1,000,000 reviews and their ratio. bench_memory [BINARY [REVIEWS [SECONDS]]]; needs h2load."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.machinery import SourceFileLoader

HERE = os.path.dirname(os.path.realpath(__file__))
NAME = "bench_admit" + ("" if os.path.exists(os.path.join(HERE, "bench_admit")) else ".py")
admit = SourceFileLoader("bench_admit", os.path.join(HERE, NAME)).load_module()
CHUNK = 10000
KIND = {"apiVersion": "admissionregistration.k8s.io/v1"}
PODS = {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]}
POLICIES = [
    {**KIND, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "named"},
     "spec": {"matchConstraints": PODS, "variables": [{"name": "images", "expression": "object.spec.containers.map(c, c.image)"}],
              "validations": [{"expression": "variables.images.all(i, i.contains('@sha256:'))",
                               "messageExpression": "'no digest: ' + variables.images.join(', ')"}],
              "auditAnnotations": [{"key": "images", "valueExpression": "variables.images.join(' ')"}]}},
    {**KIND, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"},
     "spec": {"policyName": "named", "validationActions": ["Deny", "Audit"]}},
    {**KIND, "kind": "MutatingAdmissionPolicy", "metadata": {"name": "defaults"},
     "spec": {"reinvocationPolicy": "IfNeeded", "matchConstraints": PODS, "mutations": [
         {"patchType": "ApplyConfiguration", "applyConfiguration": {
             "expression": "Object{spec: Object.spec{containers: object.spec.containers.map(c, "
                           "Object.spec.containers{name: c.name, terminationMessagePolicy: 'File'})}}"}}]}},
    {**KIND, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"}, "spec": {"policyName": "defaults"}},
]


def bodies(folder):
    """File, path, share of the reviews."""
    good, bad = admit.review(), admit.review()
    bad["request"]["object"]["spec"]["containers"][0].update(image="nginx:latest", securityContext={"privileged": True})
    found = []
    for name, body, path in (("good", good, "validate"), ("bad", bad, "validate"), ("mutated", good, "mutate"),
                             ("none", {"kind": "AdmissionReview"}, "validate")):
        file = f"{folder}/{name}.json"
        with open(file, "w", encoding="utf-8") as f:
            json.dump(body, f, separators=(",", ":"))
        found.append((file, path))
    return found


def load(server, file, path, n, connections):
    run = subprocess.run(["taskset", "-c", str(admit.CORES[-1]), "h2load", "--h1", "-t", "1", "-n", str(n), "-c", str(connections),
                          "-d", file, "-H", "Content-Type: application/json",
                          f"https://localhost:{server.port}/{path}?timeout=3s"], capture_output=True, text=True, check=True)
    if f" {n} done" not in run.stdout:
        sys.exit("requests were lost:\n" + run.stdout)


def main(binary, reviews=1000000, seconds=0):
    library = os.path.join(os.environ.get("SW_SHARED", "../shared"), "conformance/gatekeeper/library")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "admit", "--generate-cert", folder + "/tls", "--name", "localhost"], check=True,
                       stdout=subprocess.DEVNULL)
        os.mkdir(folder + "/policies")
        for i, p in enumerate(POLICIES):
            with open(f"{folder}/policies/{i}.json", "w", encoding="utf-8") as f:
                json.dump(p, f)
        policies = [folder + "/policies"] + (admit.policy_folders(library) if os.path.isdir(library) else [])
        server = admit.Server(binary, folder, *[a for d in policies for a in ("--policies", d)])
        done, begun, files, first = 0, time.time(), bodies(folder), None
        while done < reviews and (not seconds or time.time() - begun < seconds):
            file, path = files[done // CHUNK % len(files)]
            load(server, file, path, CHUNK, 200 if done // CHUNK % 5 == 4 else 25)
            done += CHUNK
            if done == 100000:
                first = server.rss()
        last, took = server.rss(), time.time() - begun
        server.stop()
        print(f"memory: {len(policies)} folders of policies, {done} reviews in {took:.0f} s")
        if first:
            print(f"  {first:.1f} MiB after 100,000 reviews, {last:.1f} MiB after {done:,}: {last / first:.3f}x (goal 1.0x)")


if __name__ == "__main__":
    if not shutil.which("h2load"):
        print("bench_memory: skipped, h2load is not installed (apt-get install nghttp2-client)")
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../seawall"), *map(int, sys.argv[2:]))
