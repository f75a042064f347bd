# SPDX-License-Identifier: Apache-2.0
"""`seawall admit --allow-external-data`: Providers that answer, and that are slow, wrong, huge or broken. A provider of
the test's own on loopback, TLS 1.3 with client certificates."""
import base64
import contextlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import time

from door import Server, Tap, constraint, pod, review, template

T = Tap()
ASKING = template("Signed", """package signed
violation[{"msg": msg}] {
  images := [c.image | c := input.review.object.spec.containers[_]]
  r := external_data({"provider": "signatures", "keys": images})
  msg := answer(r)
}
answer(r) = msg { r.system_error != ""; msg := sprintf("system error %v: %v", [r.status_code, r.system_error]) }
answer(r) = msg { r.system_error == ""; count(r.errors) > 0; msg := sprintf("errors: %v", [r.errors]) }
answer(r) = msg { r.system_error == ""; count(r.errors) == 0; count(r.responses) == 0; msg := "nothing was answered" }""")


class Provider:
    """What it says is `self.answer(keys)`: bytes, or (status, bytes); a callable may sleep or hang up."""

    def __init__(self, cert, client_ca, answer=None):
        self.answer, self.asked, self.clients = answer or self.good, [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body["request"]["keys"])
                outer.clients.append(self.connection.getpeercert())
                said = outer.answer(body["request"]["keys"])
                if said is None:
                    self.close_connection = True
                    return
                status, data = said if isinstance(said, tuple) else (200, said)
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *a: None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(cert + "/tls.crt", cert + "/tls.key")
        if client_ca:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_port}/validate"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def good(keys):
        items = [{"key": k, "value": k + "@signed"} if "bad" not in k else {"key": k, "error": "no signature"} for k in keys]
        return json.dumps({"apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "ProviderResponse",
                           "response": {"idempotent": True, "items": items}}).encode()

    def object(self, ca, timeout=1, url=None):
        with open(ca, "rb") as f:
            bundle = base64.b64encode(f.read()).decode()
        return {"apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "Provider", "metadata": {"name": "signatures"},
                "spec": {"url": url or self.url, "timeout": timeout, "caBundle": bundle}}


def image(name):
    return review(pod(name, containers=[{"name": "c", "image": name}]))


def said(r):
    return "" if r["allowed"] else r["status"]["message"]


def asking(binary, *args):
    server = Server(binary, "--allow-external-data", "--workers", "1", *args)
    server.make_cert(server.path("provider"), "localhost")
    return server, Provider(server.path("provider"), server.tls + "/tls.crt")


def works(binary):
    server, p = asking(binary, "--external-data-ttl", "1500ms", "--deadline", "5s")
    server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(server.path("provider/tls.crt")))
    with server:
        T.ok(server.review(image("good"))["allowed"], "what the provider knows is allowed", server.messages())
        T.ok("no signature" in said(server.review(image("bad"))), "what it refuses is denied")
        T.ok(p.clients[0] and ("DNS", "localhost") in p.clients[0]["subjectAltName"], "it is shown the server's certificate",
             p.clients[0])
        asked = len(p.asked)
        ok = all(server.review(image("good"))["allowed"] for _ in range(20)) and "no signature" in said(server.review(image("bad")))
        T.ok(ok and len(p.asked) == asked, "answers and errors are kept", p.asked)
        T.ok(server.metric("slow_reviews_total") == asked, "who asks waits in the second line", server.metric("slow_reviews_total"))
        time.sleep(1.6)
        T.ok(server.review(image("good"))["allowed"] and len(p.asked) == asked + 1, "for as long as --external-data-ttl", p.asked)
        T.ok(server.metric('external_data_requests_total{result="answered"}') == asked + 1, "and it is counted")
        other = Provider(server.path("provider"), server.tls + "/tls.crt", lambda keys: b'{"response":{"items":[]}}')
        server.policy("a.yaml", ASKING, constraint("Signed", "s"), other.object(server.path("provider/tls.crt")))
        T.ok(server.wait(lambda: "nothing was answered" in said(server.review(image("good")))),
             "another URL, and what was kept does not count")
    server, p = asking(binary)
    server.args.remove("--allow-external-data")
    server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(server.path("provider/tls.crt")))
    try:
        with server:
            T.ok(False, "without --allow-external-data such templates are refused")
    except RuntimeError as e:
        T.ok("external_data" in str(e), "without --allow-external-data such templates are refused", e)


def faults(binary):
    server, p = asking(binary, "--deadline", "5s", "--external-data-ttl", "1ms")
    ca = server.path("provider/tls.crt")
    server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(ca))
    with server:
        for name, answer, want in [
                ("it hangs up", lambda keys: None, "system error 500: failed to send external data request"),
                ("no JSON", lambda keys: b"<html>", "system error 500: failed to unmarshal"),
                ("cut JSON", lambda keys: Provider.good(keys)[:-9], "system error 500: failed to unmarshal"),
                ("a number out of range", lambda keys: b'{"response":1e400}', "nothing was answered"),
                ("a list", lambda keys: b"[]", "nothing was answered"),
                ("items that are none", lambda keys: b'{"response":{"items":"x"}}', "nothing was answered"),
                ("items of nonsense", lambda keys: b'{"response":{"items":[1,null,{"key":2},[]]}}', None),
                ("bytes that are no UTF-8", lambda keys: b'{"response":{"items":[{"key":"\xff","value":1}]}}', None),
                ("10 MiB", lambda keys: b'{"response":{"items":[{"key":"k","value":"' + b"x" * (10 << 20) + b'"}]}}',
                 "system error 500: failed to send external data request"),
                ("deep JSON", lambda keys: b'{"response":' + b"[" * 100000, "system error 500: failed to unmarshal"),
                ("its system error", lambda keys: b'{"response":{"systemError":"out of order"}}', "out of order"),
                ("status 500 with an answer", lambda keys: (500, Provider.good(keys)), "")]:
            p.answer = answer
            r = server.review(image("good"))
            T.ok(want is None or (want in said(r) if want else r["allowed"]), f"{name}: {said(r)[:60]}", r)
        p.answer = p.good
        T.ok(server.review(image("good"))["allowed"], "and after all that it is asked again")
        p.answer = lambda keys: time.sleep(3) or Provider.good(keys)
        t = time.time()
        r = server.review(image("slow"))
        T.ok("system error 500: failed to send" in said(r) and time.time() - t < 2.5,
             f"a slow one: its timeout ends it after {time.time() - t:.2f} s", r)
        worst, threads = 0, [threading.Thread(target=lambda i=i: server.review(image(f"slow{i}"))) for i in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        namespace = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}}
        for _ in range(30):
            t = time.time()
            server.review(review(namespace, resource="configmaps"))
            worst = max(worst, time.time() - t)
        for thread in threads:
            thread.join()
        T.ok(worst < 0.5, f"meanwhile others wait {worst * 1000:.0f} ms at most, on the same worker")
        p.answer = p.good
        stranger = Provider(server.tls, None)  # not of the CA that the Provider names
        server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(ca, url=stranger.url))
        T.ok(server.wait(lambda: "system error 500: failed to send" in said(server.review(image("good")))) and not stranger.asked,
             "a certificate of another CA is not trusted")
        server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(ca, url="https://127.0.0.1:1/"))
        T.ok(server.wait(lambda: "Connect" in said(server.review(image("good"))) or "connect" in said(server.review(image("good")))),
             "nobody listens", server.review(image("good")))
    for policy, want in (("open", True), ("closed", False)):
        server, p = asking(binary, "--deadline", "400ms", "--fail-policy", policy)
        server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(server.path("provider/tls.crt"), timeout=20))
        p.answer = lambda keys: time.sleep(3) or Provider.good(keys)
        with server:
            t = time.time()
            r = server.review(image("good"))
            T.ok(time.time() - t < 1.5 and (not r["allowed"] or r.get("warnings")),
                 f"the review's deadline is before the provider's timeout, fail-{policy}: {time.time() - t:.2f} s", r)


def mutation(binary):
    server, p = asking(binary)
    assign = {"apiVersion": "mutations.gatekeeper.sh/v1", "kind": "Assign", "metadata": {"name": "digest"},
              "spec": {"applyTo": [{"groups": [""], "versions": ["v1"], "kinds": ["Pod"]}],
                       "location": "spec.containers[name:*].image",
                       "parameters": {"assign": {"externalData": {"provider": "signatures"}}}}}
    server.policy("a.yaml", assign, p.object(server.path("provider/tls.crt")))
    with server:
        r = server.review(image("x"), "/mutate")
        patch = json.loads(base64.b64decode(r.get("patch", "W10=")))
        T.ok([o["value"] for o in patch] == ["x@signed"], "a mutator asks, too", r)
        p.answer = lambda keys: b"nonsense"
        r = server.review(image("y"), "/mutate")
        T.ok(r["allowed"] and r["warnings"] and "patch" not in r, "a broken answer changes nothing, and is told", r)


def replay(binary):
    """Recorded requests are judged with Providers, too, where that is allowed; each key is asked about once."""
    server = Server(binary)
    server.make_cert(server.path("provider"), "localhost")
    p = Provider(server.path("provider"), None)
    server.policy("a.yaml", ASKING, constraint("Signed", "s"), p.object(server.path("provider/tls.crt")))
    recorded = server.path("requests.jsonl")
    with open(recorded, "w", encoding="utf-8") as f:
        for name in ("good", "bad", "good", "bad"):
            f.write(json.dumps(image(name)) + "\n")
    args = [binary, "policy", "replay", "--no-builtin", "--policies", server.policies, "-o", "json", recorded]
    run = subprocess.run(args + ["--allow-external-data"], capture_output=True, text=True)
    rows = json.loads(run.stdout)["rows"] if run.stdout else None
    T.ok(run.returncode == 1 and [(r["line"], r["rule"]) for r in rows] == [(2, "Signed/s"), (4, "Signed/s")] and
         all("no signature" in r["message"] for r in rows), "replay asks, too", run.stdout + run.stderr)
    T.ok(sorted(p.asked) == [["bad"], ["good"]], "and once for each key", p.asked)
    run = subprocess.run(args, capture_output=True, text=True)
    T.ok(run.returncode == 2 and "external_data" in run.stderr, "but only where it is allowed", run.stderr)
    p.answer = lambda keys: b"nonsense"
    run = subprocess.run(args + ["--allow-external-data"], capture_output=True, text=True)
    rows = json.loads(run.stdout)["rows"] if run.stdout else []
    T.ok([r["line"] for r in rows] == [1, 2, 3, 4] and all("no signature" not in r["message"] for r in rows),
         "a broken answer is the template's to judge", run.stdout + run.stderr)


if __name__ == "__main__":
    for part in (works, faults, mutation, replay):
        try:
            part(sys.argv[1])
        except Exception as e:  # a test that breaks is a failure, and the others still run
            T.ok(False, f"{part.__name__} ran to its end", repr(e))
    sys.exit(T.end())
