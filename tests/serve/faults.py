#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that goes wrong around a webhook, against the real server: no wrong verdict, no lost review, no crash. TAP."""
import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

from door import ENDLESS, HEADERS, LABELS, Server, Tap, constraint, pod, review, write

T = Tap()
OWNER = constraint("RequiredLabels", "owner", {"labels": ["owner"]})


def request_bytes(body, path="/validate?timeout=3s"):
    data = json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n").encode() + data


def read_all(s):
    got = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                return got
            got += piece
    except (socket.timeout, ssl.SSLError, ConnectionError, OSError):
        return got


RESULTS = ("allowed", "denied", "warned", "excluded", "failed-open", "failed-closed")


def judged(server):
    """How many reviews had each result, those that had any."""
    text = dict(line.rsplit(" ", 1) for line in server.get("/metrics")[1].splitlines() if line.startswith("seawall_reviews_total"))
    found = {r: int(float(text[f'seawall_reviews_total{{result="{r}"}}'])) for r in RESULTS}
    return {r: n for r, n in found.items() if n}


def owner_wanted(server):
    """Pods without an owner are denied from now on; the results until then."""
    server.policy("a.yaml", LABELS, OWNER)
    server.wait(lambda: not server.review(review(pod()))["allowed"])
    return judged(server)


def exactly(server, before, allowed, denied, name):
    """Since `before` there were so many verdicts, and no other."""
    want = {**before, "allowed": before.get("allowed", 0) + allowed, "denied": before.get("denied", 0) + denied}
    got = judged(server)
    T.ok(got == {r: n for r, n in want.items() if n}, f"{name}: exactly {allowed} allowed and {denied} denied", [got, want])


class Load:
    """Threads that review all the time and note every answer; keep-alive and new connections in turn."""

    def __init__(self, server, threads=4, allowed=None):
        self.server, self.answers, self.errors, self.refused = server, [], [], 0
        self.stop = False
        self.good = review(pod(labels={"owner": "a"}))
        self.bad = review(pod())
        self.context = server.context()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(threads)]
        for t in self.threads:
            t.start()

    def connect(self):
        return http.client.HTTPSConnection("localhost", self.server.port, timeout=20, context=self.context)

    def one(self, c, body):
        c.request("POST", "/validate?timeout=3s", json.dumps(body), HEADERS)
        r = c.getresponse()
        text = r.read()
        answer = json.loads(text)["response"]
        if r.status != 200 or answer["uid"] != body["request"]["uid"]:
            self.errors.append((r.status, text))
        self.answers.append((body is self.good, answer["allowed"]))
        return r.getheader("Connection") == "close"

    def run(self, i):
        c, n = None, 0
        while not self.stop:
            fresh = c is None
            try:
                c = c or self.connect()
                if fresh:
                    c.connect()
                closing = self.one(c, self.good if n % 2 else self.bad)
                n += 1
                if closing or (i % 2 and n % 5 == 0):
                    c.close()
                    c = None
            except ConnectionRefusedError:
                self.refused += 1
                c = None
                time.sleep(0.01)
            except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLError, OSError) as e:
                # Between two requests a server may end a connection: clients try again. Within one it may not.
                if isinstance(e, http.client.IncompleteRead) or (fresh and not self.ending()):
                    self.errors.append(repr(e))
                c = None
            except Exception as e:
                self.errors.append(repr(e))
                c = None

    def ending(self):
        return self.server.process.poll() is not None or getattr(self.server, "terminated", False)

    def finish(self):
        self.stop = True
        for t in self.threads:
            t.join(30)
        return self

    def verdicts(self):
        """Answers that allow what is good, and that deny what is bad; all others are wrong."""
        return self.answers.count((True, True)), self.answers.count((False, False))

    def check(self, name, before=None):
        """Nothing was lost, no verdict is wrong; with `before` the server has judged what was answered and no more."""
        good, bad = self.verdicts()
        T.ok(not self.errors and good + bad == len(self.answers) > 20, f"{name}: {good} allowed, {bad} denied, none lost, none "
             "wrong", self.errors or [a for a in self.answers if a[0] != a[1]][:5])
        if before is not None:
            exactly(self.server, before, good, bad, name)


def slow_clients(binary):
    with Server(binary, "--request-timeout", "600ms", "--idle-timeout", "1s", "--workers", "1") as server:
        before = owner_wanted(server)
        start = time.time()
        loris = [server.raw() for _ in range(20)]
        silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        whole = request_bytes(review(pod()))
        slow = server.raw()
        alive, sent = True, 0
        quickest, denied = 0, 0
        while alive and time.time() - start < 5:
            for s in loris:
                try:
                    s.send(b"X" if sent else b"POST /validate HTTP/1.1\r\nHost: x\r\nX-A: ")
                except OSError:
                    alive = False
            try:
                slow.send(whole[sent * 20:sent * 20 + 20])
            except OSError:
                pass
            sent += 1
            t = time.time()
            denied += not server.review(review(pod()))["allowed"]
            quickest = max(quickest, time.time() - t)
            time.sleep(0.05)
        T.ok(not alive and time.time() - start < 4, "slow-loris clients are ended by the request timeout")
        T.ok(quickest < 1, "and delayed nobody", quickest)
        T.ok(denied == sent, f"{sent} reviews meanwhile were all denied", denied)
        exactly(server, before, 0, sent, "slow-loris, silent and slow clients")
        T.ok(all(s.recv(1) == b"" for s in silent), "clients that never begin the handshake are ended")
        T.ok(server.metric("timeouts_total") >= 20, "timeouts are counted")
        c = server.raw()
        time.sleep(1.5)
        T.ok(c.recv(1) == b"", "an idle connection is closed after the idle timeout")
        # Reads nothing: asks for a lot of metrics over the plain port.
        s = socket.create_connection(("127.0.0.1", server.health))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            for _ in range(20000):
                s.settimeout(0.3)
                s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        except OSError:
            pass
        T.ok(server.review(review(pod())) is not None, "a client that does not read delays nobody")
        s.close()


def half_closed(binary):
    with Server(binary) as server:
        before = owner_wanted(server)
        for labels, want in (({}, b'"allowed":false'), ({"owner": "a"}, b'"allowed":true')):
            s = server.raw()
            s.send(request_bytes(review(pod(labels=labels))))
            socket.socket.shutdown(s, socket.SHUT_WR)
            T.ok(want in read_all(s), "a client that closed its half gets its answer")
        s = server.raw()
        s.send(request_bytes(review(pod()))[:300])
        s.close()
        s = socket.create_connection(("127.0.0.1", server.port))
        s.send(b"\x16\x03\x01\x02")
        s.close()
        s = socket.create_connection(("127.0.0.1", server.port))
        s.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        s.settimeout(5)
        T.ok(b"HTTP" not in read_all(s), "plain HTTP on the TLS port ends the connection")
        T.ok(not server.review(review(pod()))["allowed"], "and nothing else")
        exactly(server, before, 1, 2, "half-closed clients")


def busy_connections(binary):
    """What comes in while nobody looks at the connection must not be forgotten."""
    server = Server(binary, "--deadline", "300ms", "--workers", "1")
    server.policy("a.yaml", ENDLESS, LABELS, constraint("Endless", "endless"), OWNER)
    slow, quick = review(pod(labels={"slow": "1"})), review(pod(labels={"owner": "a"}))
    with server:
        s = server.raw()
        s.send(request_bytes(slow))
        time.sleep(0.1)
        s.send(request_bytes(quick))
        time.sleep(0.4)
        s.send(request_bytes(slow)[:400])
        time.sleep(0.05)
        s.send(request_bytes(slow)[400:])
        time.sleep(0.05)
        s.send(request_bytes(quick))
        socket.socket.shutdown(s, socket.SHUT_WR)
        t = time.time()
        heard = read_all(s)
        order = re.findall(rb'"uid":"([^"]+)"', heard)
        T.ok(order == [x["request"]["uid"].encode() for x in (slow, quick, slow, quick)],
             "requests that come while another is judged are answered, in order", heard[-300:])
        T.ok(time.time() - t < 2, f"and at once: {time.time() - t:.2f} s")
        s = server.raw()
        for byte in request_bytes(quick):
            s.send(bytes([byte]))
        socket.socket.shutdown(s, socket.SHUT_WR)
        T.ok(b'"allowed":true' in read_all(s), "a request byte by byte, each in a record")
        s = server.raw()
        s.send(request_bytes(slow))
        s.close()
        T.ok(server.wait(lambda: server.metric("connections") == 1), "who leaves while he is judged is forgotten")


def slow_mutations(binary):
    """An expression of many milliseconds, within Kubernetes' cost limits: on the second line, in order, and in time."""
    def mutating(name, kind, **spec):
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    args = [f"a{i}" for i in range(300)]
    # Every pair is compared: 90,000 steps.
    pairs = ("object.spec.containers[0].args.filter(x, object.spec.containers[0].args.all(y, "
             "x != y + 'z')).size()")
    policy = mutating("count", "MutatingAdmissionPolicy", reinvocationPolicy="Never", failurePolicy="Fail",
                      matchConstraints={"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                                                           "resources": ["pods"]}]},
                      matchConditions=[{"name": "long", "expression": "has(object.spec.containers[0].args)"}],
                      variables=[{"name": "n", "expression": pairs}],
                      mutations=[{"patchType": "JSONPatch", "jsonPatch": {  # each sees the variable anew
                          "expression": f"[JSONPatch{{op: 'add', path: '/metadata/labels/n{i}', value: string(variables.n)}}]"}}
                          for i in range(6)])
    binding = mutating("count", "MutatingAdmissionPolicyBinding", policyName="count")
    slow = review(pod(containers=[{"name": "c", "image": "i", "args": args}]))
    quick = review(pod())

    def patch(r):
        return json.loads(base64.b64decode(r["patch"])) if "patch" in r else None
    want = [{"op": "add", "path": f"/metadata/labels/n{i}", "value": "300"} for i in range(6)]
    server = Server(binary, "--workers", "1", "--deadline", "5s")
    server.policy("a.yaml", policy, binding)
    with server:
        before, times = server.metric("slow_reviews_total"), []
        for _ in range(3):
            t = time.time()
            r = server.review(slow, "/mutate")
            times.append(time.time() - t)
            T.ok(r["allowed"] and patch(r) == want, "a mutation that takes long", r)
        T.ok(min(times) > 0.005, f"longer than 5 ms: {min(times) * 1000:.1f} ms")
        T.ok(server.metric("slow_reviews_total") == before + 3, "judged by the second line", server.metric("slow_reviews_total"))
        r = server.review(quick, "/mutate")
        T.ok(r["allowed"] and "patch" not in r and server.metric("slow_reviews_total") == before + 3,
             "what its condition leaves out is not", r)
        s = server.raw()
        s.send(request_bytes(slow, "/mutate?timeout=10s") + request_bytes(quick, "/mutate?timeout=10s"))
        socket.socket.shutdown(s, socket.SHUT_WR)
        order = re.findall(rb'"uid":"([^"]+)"', read_all(s))
        T.ok(order == [x["request"]["uid"].encode() for x in (slow, quick)], "and answers come in order", order)
    for fail, allowed in (("open", True), ("closed", False)):
        server = Server(binary, "--deadline", "10ms", "--fail-policy", fail)
        server.policy("a.yaml", policy, binding)
        with server:
            r = server.review(slow, "/mutate")
            T.ok(r["allowed"] == allowed and "patch" not in r, f"past its deadline it changes nothing, fail-{fail}", r)


def handed_over(binary):
    """Any worker accepts, and gives to the one that has least to do."""
    with Server(binary, "--workers", "4") as server:
        open_ones, bad = [], []

        def client():
            try:
                c = server.connect()
                for _ in range(5):
                    if not server.review(review(pod()), connection=c)["allowed"]:
                        bad.append("denied")
                open_ones.append(c)
            except Exception as e:  # all of it is to be seen
                bad.append(repr(e))
        for _ in range(5):
            threads = [threading.Thread(target=client) for _ in range(24)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
        T.ok(not bad and len(open_ones) == 120, "120 connections, 24 at once, over four workers", bad[:5])
        T.ok(server.metric("connections") == 121, "all are open", server.metric("connections"))
        for c in open_ones:
            c.close()
        T.ok(server.wait(lambda: server.metric("connections") == 1), "and all are closed")
        for _ in range(200):
            socket.create_connection(("127.0.0.1", server.port)).close()
        T.ok(server.wait(lambda: server.metric("connections") == 1), "so are those that say nothing")


def sizes(binary):
    with Server(binary, "--max-body", "64KiB") as server:
        big = review(pod(labels={"a": "x" * 100000}))
        status, _ = server.post(big)
        T.ok(status == 413, "a body larger than --max-body: 413", status)
        s = server.raw()
        s.settimeout(5)
        s.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(100):
                s.send(b"1000\r\n" + b" " * 4096 + b"\r\n")
        except OSError:
            pass
        T.ok(b" 413 " in read_all(s), "a chunked one too")
        body = json.dumps(review(pod())).encode()
        s = server.raw()
        s.settimeout(5)
        s.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        for i in range(0, len(body), 100):
            s.send(b"%x;e=1\r\n%s\r\n" % (len(body[i:i + 100]), body[i:i + 100]))
        s.send(b"0\r\nTrailer: x\r\n\r\n")
        T.ok(b'"allowed":true' in read_all(s), "a chunked review is judged")
        s = server.raw()
        s.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: %d"
               b"\r\n\r\n" % len(body))
        T.ok(s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n", "100-continue is answered")
        s.send(body)
        T.ok(b'"allowed":true' in read_all(s), "and then the review")
        s = server.raw()
        one = request_bytes(review(pod()))
        s.sendall(one * 50)
        s.settimeout(5)
        got = b""
        while got.count(b"HTTP/1.1 200") < 50 or not got.endswith(b"}}\n"):
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
        T.ok(got.count(b'"allowed":true') == 50, "50 pipelined reviews have 50 answers", got.count(b'"allowed"'))
        for name, head in [
            ("two lengths", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"),
            ("length and coding", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("a bare LF", b"GET /healthz HTTP/1.1\nHost: x\r\n\r\n"), ("a folded line", b"GET / HTTP/1.1\r\nHost: x\r\n a\r\n\r\n"),
            ("space before the colon", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"), ("no host", b"GET / HTTP/1.1\r\n\r\n"),
            ("a NUL", b"GET / HTTP/1.1\r\nHost: \0\r\n\r\n"), ("another version", b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
            ("a long head", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 10000),
            ("a long target", b"GET /" + b"a" * 70000),
            ("a coding that is not chunked", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"),
            ("a negative length", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        ]:
            s = server.raw()
            s.settimeout(5)
            try:
                s.sendall(head)
            except OSError:
                pass
            got = read_all(s)
            T.ok(got.split(b" ")[1][:1] in (b"4", b"5") and b"Connection: close" in got, f"{name}: refused", got[:100])
        for what in (b"{", b"[]", b'{"kind":"AdmissionReview"}', b"\xff" * 100, b"", b'{"request":{"uid":1}}'):
            status, _ = server.post(what)
            T.ok(status == 400, f"a body that is no AdmissionReview: 400: {what[:20]}", status)
        T.ok(server.metric("malformed_reviews_total") == 6, "and they are counted", server.metric("malformed_reviews_total"))
        T.ok(server.review(review(pod()))["allowed"], "after all that a review is judged")
        exactly(server, {}, 53, 0, "oversized, malformed and odd requests")


def idle(binary):
    with Server(binary, "--max-connections", "1200") as server:
        counted = owner_wanted(server)
        before = memory(server)
        many = [server.raw() for _ in range(1000)]
        each = (memory(server) - before) / 1000
        t = time.time()
        r = server.review(review(pod()))
        took = time.time() - t
        T.ok(not r["allowed"] and took < 2, f"1,000 idle connections, {each:.0f} KiB each: a review takes {took * 1000:.0f} ms")
        T.ok(server.metric("connections") >= 1000, "all are open", server.metric("connections"))
        more = [server.raw() for _ in range(300)]
        T.ok(server.metric("connections") <= 1205, "beyond --max-connections idle ones make room")
        T.ok(server.metric("connections_total{what=\"evicted\"}") >= 90, "and are counted")
        both = [server.review(review(pod(labels=labels)))["allowed"] for labels in ({}, {"owner": "a"}) * 10]
        T.ok(both == [False, True] * 10, "and reviews go on", both)
        exactly(server, counted, 10, 11, "1,300 idle connections")
        for s in many + more:
            s.close()


def memory(server):
    for line in open(f"/proc/{server.process.pid}/status", encoding="ascii"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def certificates(binary):
    server = Server(binary)
    server.make_cert(server.path("new"), "127.0.0.1", "localhost")
    shutil.copy(server.tls + "/tls.crt", server.path("both.crt"))
    with open(server.path("both.crt"), "a", encoding="ascii") as f:
        f.write(open(server.path("new") + "/tls.crt", encoding="ascii").read())
    server.context = lambda ca=None, client=None: ssl.create_default_context(cafile=server.path("both.crt"))
    new = ssl.PEM_cert_to_DER_cert(open(server.path("new") + "/tls.crt", encoding="ascii").read())
    with server:
        owner_wanted(server)
        kept = server.connect()
        server.review(review(pod()), connection=kept)
        before = judged(server)
        load = Load(server)
        time.sleep(0.3)
        write(server.tls + "/tls.key", "broken")
        T.ok(server.wait(lambda: "[!] certificate" in server.get("/readyz")[1]), "a broken key is told by readyz")
        T.ok(server.raw() is not None, "and the former certificate stays in use")
        for f in ("tls.key", "tls.crt"):
            shutil.copy(server.path("new") + "/" + f, server.tls + "/" + f + ".x")
            os.rename(server.tls + "/" + f + ".x", server.tls + "/" + f)
        T.ok(server.wait(lambda: server.raw().getpeercert(True) == new), "a new certificate is used for new connections")
        time.sleep(0.2)
        load.finish()
        load.check("certificate rotation under load", before)
        T.ok(server.review(review(pod()), connection=kept) is not None, "an open connection lives on")
        T.ok("[+] certificate" in server.get("/readyz")[1], "and all is well again")


def policies(binary):
    with Server(binary) as server:
        before = owner_wanted(server)
        load = Load(server)
        for i in range(6):
            server.policy("a.yaml", LABELS, constraint("RequiredLabels", "owner", {"labels": ["owner"]},
                                                       annotations={"n": str(i)}))
            time.sleep(0.15)
        load.finish()
        load.check("policy reloads under load", before)
        T.ok(server.metric('policy_reloads_total{result="done"}') >= 2, "the policies were reloaded")
        for name, text in [("a broken template", json.dumps({**LABELS, "metadata": {"name": "other"}})),
                           ("no YAML", "a: [b"), ("a constraint without template", json.dumps(
                               constraint("NoSuch", "x")))]:
            write(server.policies + "/b.yaml", text)
            T.ok(server.wait(lambda: "[!] policies" in server.get("/readyz")[1]), f"{name}: told by readyz",
                 server.get("/readyz"))
            T.ok(server.get("/readyz")[0] == 200 and server.metric("policies_broken") == 1 and
                 not server.review(review(pod()))["allowed"], f"{name}: the former policies stay in use")
            os.unlink(server.policies + "/b.yaml")
            T.ok(server.wait(lambda: "[+] policies" in server.get("/readyz")[1]), f"{name}: removed, and all is well")
        server.policy("a.yaml", LABELS)
        T.ok(server.wait(lambda: server.review(review(pod()))["allowed"]), "a constraint that is gone denies no more")


def termination(binary):
    server = Server(binary, "--drain", "500ms", "--decision-log", "")
    server.args[-1] = server.path("decisions")
    with server:
        before = owner_wanted(server)
        load = Load(server, 6)
        time.sleep(0.4)
        waiting = server.connect()
        server.review(review(pod()), connection=waiting)
        server.terminated = True
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        T.ok(server.get("/readyz")[0] == 503, "SIGTERM: not ready any more")
        r = server.review(review(pod()), connection=waiting)
        T.ok(not r["allowed"], "but reviews are still judged")
        T.ok(server.process.wait(15) == 0, "and it ends with 0")
        load.finish()
        load.check("SIGTERM under load")
        with open(server.path("decisions"), encoding="utf-8") as f:
            said = [json.loads(line)["verdict"] for line in f]
        good, bad = load.verdicts()
        want = [before.get("allowed", 0) + good, before["denied"] + bad + 2]
        T.ok([said.count("allowed"), said.count("denied")] == want and len(said) == sum(want),
             "and the decision log has each of them once", [len(said), want])


def descriptors(binary):
    with Server(binary, "--workers", "1", descriptors=60) as server:
        owner_wanted(server)
        kept = server.connect()
        server.review(review(pod()), connection=kept)
        before = judged(server)
        many = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(150)]
        time.sleep(0.5)
        T.ok(server.process.poll() is None, "out of descriptors: it lives")
        both = [server.review(review(pod(labels=labels)), connection=kept)["allowed"] for labels in ({}, {"owner": "a"}) * 10]
        T.ok(both == [False, True] * 10, "and judges who is connected", both)
        for s in many:
            s.close()
        T.ok(server.wait(lambda: answers(server), 15), "and serves again when there are some")
        T.ok(server.metric('connections_total{what="no-descriptors"}') >= 1, "it is counted")
        extra = judged(server).get("denied", 0) - before.get("denied", 0) - 10
        T.ok(1 <= extra <= 100 and judged(server).get("allowed", 0) - before.get("allowed", 0) == 10,
             "what was asked was judged, and of the looks for a free descriptor at most a hundred", judged(server))
        server.policy("a.yaml", LABELS, constraint("RequiredLabels", "team", {"labels": ["team"]}))
        T.ok(server.wait(lambda: not server.review(review(pod(labels={"owner": "a"})))["allowed"]), "and reads its policies")


def answers(server):
    try:
        return "response" in json.loads(server.post(review(pod()))[1])
    except OSError:
        return False


def limits(binary):
    slow = review(pod(labels={"slow": "1"}))
    for policy in ("open", "closed"):
        server = Server(binary, "--fail-policy", policy, "--deadline", "400ms", "--workers", "1", "--decision-log", "")
        server.args[-1] = server.path("log")
        server.policy("a.yaml", ENDLESS, LABELS, constraint("Endless", "endless"), OWNER)
        with server:
            t = time.time()
            r = server.review(slow)
            took = time.time() - t
            T.ok(took < 2.5, f"fail-{policy}: an endless policy is ended after {took:.2f} s")
            T.ok(not r["allowed"] and r["status"]["code"] in (403, 500, 504), f"fail-{policy}: another policy's denial "
                 "stands, or the time was spent", r) if policy == "closed" else T.ok(
                     "not-judged-by" in r.get("auditAnnotations", {}) or "undecided" in r.get("auditAnnotations", {}),
                     "fail-open: what was not judged is said", r)
            both = review(pod(labels={"slow": "1", "owner": "a"}))
            r = server.review(both)
            if policy == "open":
                T.ok(r["allowed"] and "not judged" in r["warnings"][0] or "could not judge" in r["warnings"][0],
                     "fail-open: let pass with a warning", r)
            else:
                T.ok(not r["allowed"] and r["status"]["code"] in (500, 504), "fail-closed: denied, and not as 403", r)
            T.ok(server.metric("slow_reviews_total") >= 2, "it was judged in the second line")
            worst, stop, quick_ones = [0], [False], [0]

            def quick():
                c = server.connect()
                while not stop[0]:
                    t = time.time()
                    if server.review(review(pod(labels={"owner": "a"})), connection=c)["allowed"] is not True:
                        worst[0] = 99
                    quick_ones[0] += 1
                    worst[0] = max(worst[0], time.time() - t)

            thread = threading.Thread(target=quick)
            thread.start()
            server.review(slow)
            stop[0] = True
            thread.join()
            T.ok(worst[0] < 0.3, f"meanwhile others wait {worst[0] * 1000:.0f} ms at most on the same worker")
            counts = judged(server)
            T.ok(counts.pop("allowed") == quick_ones[0] and sum(counts.values()) == 3 and
                 set(counts) <= {"denied", "failed-" + policy},
                 f"fail-{policy}: {quick_ones[0]} allowed, and three that were denied or failed {policy}", counts)
    with Server(binary, "--deadline", "10s", "--max-steps", "100000", "--fail-policy", "closed") as server:
        server.policy("a.yaml", ENDLESS, constraint("Endless", "endless"))
        server.wait(lambda: server.get("/readyz")[1].startswith("[+] policies: 1 "))
        r = server.review(slow)
        T.ok(not r["allowed"] and r["status"]["code"] == 500, "--max-steps ends it too", r)
        server.policy("a.yaml", ENDLESS, constraint("Endless", "endless", annotations={"seawall.dev/fail-policy": "open"}))
        T.ok(server.wait(lambda: server.review(slow)["allowed"]), "a constraint may fail open by itself")


def overload(binary):
    with Server(binary, "--deadline", "1s", "--queue", "1", "--workers", "1") as server:
        server.policy("a.yaml", ENDLESS, constraint("Endless", "endless"))
        server.wait(lambda: server.get("/readyz")[1].startswith("[+] policies: 1 "))
        slow, answered, times = review(pod(labels={"slow": "1"})), [], []

        def one():
            t = time.time()
            answered.append(server.review(slow))
            times.append(time.time() - t)

        threads = [threading.Thread(target=one) for _ in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        T.ok(len(answered) == 12 and all(r["allowed"] and r["warnings"] for r in answered),
             "overload: every review has an answer of the fail policy", answered)
        T.ok(max(times) < 3 and sorted(times)[6] < 1, f"most at once, the last after {max(times):.2f} s", times)
        T.ok(server.metric("overloaded_reviews_total") >= 6, "and they are counted")


def client_certificates(binary):
    server = Server(binary, "--client-ca", "", "--client-name", "apiserver")
    server.make_cert(server.path("ca"), "apiserver")
    server.make_cert(server.path("other"), "somebody")
    with open(server.path("cas"), "w", encoding="ascii") as f:
        f.write(open(server.path("ca/tls.crt")).read() + open(server.path("other/tls.crt")).read())
    server.args[1] = server.path("cas")
    server.make_cert(server.path("stranger"), "apiserver")
    with server:
        body = review(pod())
        T.ok(server.post(body)[0] == 403, "without a client certificate: 403")
        c = server.connect()
        c.request("GET", "/healthz")
        T.ok(c.getresponse().status == 200, "health needs none")
        T.ok(server.post(body, connection=server.connect(client=server.path("other")))[0] == 403, "another name: 403")
        ok = outcome(server, body, server.path("ca"))
        T.ok(ok == 200, "the right one: judged", ok)
        T.ok(outcome(server, body, server.path("stranger")) != 200, "the right name of another CA: refused")


def outcome(server, body, client):
    try:
        return server.post(body, connection=server.connect(client=client))[0]
    except (ssl.SSLError, OSError) as e:
        return repr(e)


def audit(binary):
    server = Server(binary, "--audit-spool", "", "--log-max", "4KiB", "--log-keep", "3")
    server.args[1] = server.path("audit")
    events = [{"level": "Metadata", "auditID": f"id-{i}", "verb": "get", "objectRef": {"resource": "pods"},
               "annotations": {"pad": "x" * 100}} for i in range(40)]
    events.append({"level": "RequestResponse", "auditID": "secret", "objectRef": {"resource": "secrets", "name": "s"},
                   "requestObject": {"data": {"p": "aHVudGVyMg=="}}})
    with server:
        c = server.connect()
        batch = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": events}
        T.ok(server.post(batch, "/audit?timeout=30s", c)[0] == 200, "audit events are acknowledged")
        T.ok(server.wait(lambda: server.metric('audit_events_total{what="spooled"}') == 41), "and counted")
        text = open(server.path("audit")).read()
        T.ok('"auditID":"secret"' in text and "aHVudGVyMg" not in text, "the body of a Secret is not written")
        for _ in range(5):
            server.post(batch, "/audit", c)
        T.ok(server.wait(lambda: server.metric('audit_events_total{what="spooled"}') == 246), "all batches arrive")
        files = sorted(f for f in os.listdir(server.dir) if f.startswith("audit"))
        T.ok(files == ["audit", "audit.1", "audit.2", "audit.3"], "the spool is rotated, and has a ceiling", files)
        lines = [json.loads(line) for f in files for line in open(server.path(f))]
        T.ok(all(x["auditID"] for x in lines), "every line is an event")
        T.ok(server.post("[]", "/audit", c)[0] == 400, "what is no EventList: 400")
        T.ok(server.post('{"kind":"EventList","items":[{"a":1},', "/audit", c)[0] == 200, "a cut one is acknowledged")
        T.ok(server.wait(lambda: server.metric('audit_events_total{what="malformed-batches"}') == 1), "and counted")
    with Server(binary) as server:
        T.ok(server.post(batch, "/audit")[0] == 404, "without --audit-spool: 404")


if __name__ == "__main__":
    parts = (slow_clients, half_closed, busy_connections, slow_mutations, handed_over, sizes, idle, certificates, policies, termination,
             descriptors, limits, overload, client_certificates, audit)
    wanted = sys.argv[2:]
    for part in parts:
        if wanted and part.__name__ not in wanted:
            continue
        try:
            part(sys.argv[1])
        except Exception as e:  # a test that breaks is a failure, and the others still run
            T.ok(False, f"{part.__name__} ran to its end", repr(e))
    sys.exit(T.end())
