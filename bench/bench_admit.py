#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The door: CPU per review against the same server's static answer, reviews a second, p99 at 2,000 a second, a new TLS
connection against OpenSSL over memory and against the barest server, and memory. Server on one core, h2load (package nghttp2-client) on
another."""
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


def pod():
    def container(i):
        return {"name": f"c{i}", "image": "openpolicyagent/opa:0.9.2@sha256:" + "04ff8fce2afd1a3bc26260348e5b290e" * 2,
                "resources": {k: {"cpu": "100m", "memory": "100Mi", "ephemeral-storage": "100Mi"}
                              for k in ("limits", "requests")},
                "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True, "runAsUser": 150, "capabilities": {"drop": ["ALL"]},
                                    "seccompProfile": {"type": "RuntimeDefault"}},
                "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
                "livenessProbe": {"httpGet": {"path": "/", "port": 8080}},
                "env": [{"name": f"V{k}", "value": "x" * 40} for k in range(12)],
                "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}]}
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "good", "namespace": "default", "labels": {"app": "x", "owner": "me.agilebank.demo"}},
            "spec": {"containers": [container(i) for i in range(3)], "automountServiceAccountToken": False,
                     "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                     "volumes": [{"name": "data", "emptyDir": {}}]}}


def review():
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    resource = {"group": "", "version": "v1", "resource": "pods"}
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "kind": kind, "resource": resource, "requestKind": kind,
        "requestResource": resource, "name": "good", "namespace": "default", "operation": "CREATE",
        "userInfo": {"username": "jane", "groups": ["system:authenticated"]}, "object": pod(), "oldObject": None,
        "dryRun": False, "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}}}


class Server:
    started = 0

    def __init__(self, binary, folder, *args, under=()):
        Server.started += 1
        self.ports = os.path.join(folder, f"ports{Server.started}")
        command = ["taskset", "-c", str(CORES[0]), *under, binary, "admit", "--listen", "127.0.0.1:0", "--port-file", self.ports,
                   "--cert", folder + "/tls/tls.crt", "--key", folder + "/tls/tls.key", "--workers", "1", "--quiet",
                   "--drain", "0s", *args]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL if under else None)
        while not os.path.exists(self.ports) or not open(self.ports).read().endswith("\n"):
            if self.process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.02)
        self.port = int(open(self.ports).read().split()[0])

    def cpu(self):
        """Seconds, to the nanosecond where the kernel tells (ticks would be 10 ms)."""
        tasks = f"/proc/{self.process.pid}/task"
        try:
            return sum(int(open(f"{tasks}/{task}/schedstat", encoding="ascii").read().split()[0])
                       for task in os.listdir(tasks)) / 1e9
        except OSError:
            fields = open(f"/proc/{self.process.pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / TICK

    def rss(self):
        text = open(f"/proc/{self.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def load(self, body, n, *args):
        """us of server CPU per request, requests a second."""
        before, t = self.cpu(), time.time()
        run = subprocess.run(["taskset", "-c", str(CORES[-1]), "h2load", "--h1", "-t", "1", "-n", str(n), "-d", body,
                              "-H", "Content-Type: application/json", *args,
                              f"https://localhost:{self.port}/validate?timeout=3s"], capture_output=True, text=True)
        if f" {n} succeeded" not in run.stdout:
            sys.exit("requests failed:\n" + run.stdout)
        return (self.cpu() - before) / n * 1e6, n / (time.time() - t)


def best(server, body, n, *args, rounds=3):
    results = [server.load(body, n, *args) for _ in range(rounds)]
    return min(r[0] for r in results), max(r[1] for r in results)


def pairs(servers, body, rounds=9):
    """Medians over rounds in which every server has its turn: us of CPU, ratios to the first of the same round."""
    for server in servers:
        server.load(body, 2000, "-c", "25")
    rows = []
    for turn in range(rounds):
        order = servers if turn % 2 else servers[::-1]
        us = {server: server.load(body, 6000, "-c", "25") for server in order}
        rows.append([us[server] for server in servers])
    return [(statistics.median(row[i][0] for row in rows), statistics.median(row[i][0] / row[0][0] for row in rows),
             statistics.median(row[i][1] for row in rows)) for i in range(len(servers))]


def instructions(binary, folder, body, args):
    """Of a request, by callgrind: those of 1,300 less those of 300, which load the policies too."""
    counts = []
    for n in (300, 1300):
        out = os.path.join(folder, "callgrind")
        server = Server(binary, folder, "--poll", "1h", *args, under=("valgrind", "--tool=callgrind", "--callgrind-out-file=" + out))
        server.load(body, n, "-c", "5")
        server.stop()
        counts.append(int(re.search(r"^(?:summary|totals): (\d+)", open(out, encoding="ascii").read(), re.M).group(1)))
    return (counts[1] - counts[0]) / 1000


def p99(server, body, folder):
    log = folder + "/latency"
    if os.path.exists(log):
        os.unlink(log)
    server.load(body, 8000, "-c", "20", "--rps", "100", "--log-file", log)
    times = sorted(int(line.split("\t")[2]) for line in open(log) if line.strip())
    return times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000


def policy_folders(library):
    """All of it but the one constraint that nothing can satisfy (an empty list of ranges)."""
    return [os.path.join(library, part, name) for part in ("general", "pod-security-policy")
            for name in sorted(os.listdir(os.path.join(library, part)))
            if name != "fsgroup" and os.path.isdir(os.path.join(library, part, name))]


def must_allow(server, body):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("localhost", server.port, context=context)
    connection.request("POST", "/validate?timeout=3s", open(body, "rb").read(), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    if not answer["response"]["allowed"]:
        sys.exit(f"the review is not allowed: {answer}")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../seawall")
    if not shutil.which("h2load"):
        print("bench_admit: skipped, h2load is not installed (apt-get install nghttp2-client)")
        return
    library = os.path.join(os.environ.get("SW_SHARED", os.path.join(HERE, "../../../shared")),
                           "conformance/gatekeeper/library")
    library = library if os.path.isdir(library) else "../shared/conformance/gatekeeper/library"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "admit", "--generate-cert", folder + "/tls", "--name", "localhost"], check=True,
                       stdout=subprocess.DEVNULL)
        body = folder + "/review.json"
        with open(body, "w", encoding="utf-8") as f:
            json.dump(review(), f, separators=(",", ":"))
        print(f"admit: a review of {os.path.getsize(body)} bytes, 25 connections, one core each of {len(CORES)}")
        kinds = {"static answer": ["--static-answers"], "decoded, no policies": []}
        if os.path.isdir(library):
            kinds["the Gatekeeper library"] = [a for d in policy_folders(library) for a in ("--policies", d)]
        servers = [Server(binary, folder, *args) for args in kinds.values()]
        if len(servers) > 2:
            must_allow(servers[2], body)
        rows = pairs(servers, body)
        for name, (us, ratio, rate) in zip(kinds, rows):
            print(f"  {name:29} {us:7.1f} us CPU  {rate:7.0f}/s   {ratio:5.2f}x of static"
                  + (" (goal 1.5x, 4,000/s)" if name.startswith("the") else ""))
        static = rows[0][0]
        fresh, _ = best(servers[0], body, 1000, "-c", "1000", rounds=2)
        bare = subprocess.run(["taskset", "-c", str(CORES[-1]), os.path.join(HERE, "bench_handshake"), str(servers[0].port),
                               str(servers[0].process.pid)], capture_output=True, text=True, check=True).stdout
        if len(servers) > 2:
            server = servers[2]
            small = server.rss()
            mid, high = p99(server, body, folder)
            print(f"  at 2,000/s                    p50 {mid:.2f} ms, p99 {high:.2f} ms (goal 5 ms)")
            server.load(body, 30000, "-c", "25")
            print(f"  memory                        {small:.1f} MiB after 56,000 reviews, {server.rss():.1f} MiB after 94,000")
        for server in servers:
            server.stop()
        if shutil.which("valgrind"):
            counts = [instructions(binary, folder, body, args) for args in kinds.values()]
            print("  instructions of a request     "
                  + ", ".join(f"{name} {count:.0f}" for name, count in zip(kinds, counts)))
        print("  new connections, 16 at a time, medians of nine rounds:")
        print("    " + bare.strip().replace("\n", "\n    "))
        memory = float(re.search(r"memory: ([\d.]+) us", bare).group(1))
        print(f"  1,000 connections at once with a request each, its answer taken off: {fresh - static:.0f} us CPU, "
              f"{(fresh - static) / memory:.2f}x of the handshake over memory")


if __name__ == "__main__":
    main()
