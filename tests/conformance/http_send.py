#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""http.send of the real binary against a server of this test's own on the loopback interface. One TAP line each."""
import gzip
import http.server
import json
import socketserver
import subprocess
import sys
import threading
import time

import os
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

COUNT = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def reply(self, code, body=b"", kind="text/plain", **headers):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        n = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(n).decode()
        path = self.path.split("?")[0]
        COUNT[path] = COUNT.get(path, 0) + 1
        if path == "/echo":
            self.reply(200, json.dumps({"method": self.command, "body": body, "path": self.path,
                                        "headers": {k.lower(): v for k, v in self.headers.items()}}).encode(),
                       "application/json; charset=utf-8")
        elif path == "/text":
            self.reply(200, b'{"a": 1}', X_Two="1")
        elif path == "/yaml":
            self.reply(200, b"a: [1, yes]\n", "application/x-yaml")
        elif path == "/gzip":
            self.reply(200, gzip.compress(b'{"z": true}'), "application/json", Content_Encoding="gzip")
        elif path == "/redirect":
            self.reply(302, b"", Location="/echo")
        elif path == "/loop":
            self.reply(307, b"", Location="/loop")
        elif path == "/slow":
            time.sleep(3)
            self.reply(200, b"late")
        elif path == "/big":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(80):
                    self.wfile.write(b"x" * (1 << 20))
            except OSError:
                pass
        elif path == "/flaky":
            if COUNT[path] < 3:
                self.connection.close()
                return
            self.reply(200, b"third")
        elif path == "/broken":
            self.reply(200, b"{", "application/json")
        else:
            self.reply(500, b"no")

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    seawall = sys.argv[1]
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = "http://127.0.0.1:%d" % server.server_port
    tap = Tap()

    def run(query, *flags, allow=True):
        cmd = [seawall, "policy", "eval", "-f", "json", "--strict-builtin-errors", query.replace("BASE", base)]
        p = subprocess.run(cmd + (["--allow-http"] if allow else []) + list(flags), capture_output=True, text=True,
                           timeout=60)
        out = json.loads(p.stdout)
        if "errors" in out:
            return out["errors"][0]["code"] + ": " + out["errors"][0]["message"]
        return out["result"][0]["expressions"][0]["value"] if "result" in out else "undefined"

    def case(name, query, want, *flags, allow=True):
        got = run(query, *flags, allow=allow)
        ok = want(got) if callable(want) else got == want
        tap.ok(ok, name, "got %r" % (got,))

    bad = "eval_builtin_error: http.send: "
    case("off without the flag", 'http.send({"method": "get", "url": "BASE/text"})',
         bad + "disallowed host: 127.0.0.1", allow=False)
    case("off without the flag, error as value",
         'http.send({"method": "get", "url": "BASE/text", "raise_error": false}).error.code',
         "eval_http_send_internal_error", allow=False)
    case("nothing was sent", '1', lambda _: not COUNT)
    case("body not decoded by type", 'http.send({"method": "get", "url": "BASE/text"}).body', None)
    case("raw body", 'http.send({"method": "get", "url": "BASE/text"}).raw_body', '{"a": 1}')
    case("status", 'object.filter(http.send({"method": "get", "url": "BASE/text"}), ["status", "status_code"])',
         {"status": "200 OK", "status_code": 200})
    case("headers in lower case", 'http.send({"method": "get", "url": "BASE/text"}).headers["x-two"]', ["1"])
    case("forced JSON", 'http.send({"method": "get", "url": "BASE/text", "force_json_decode": true}).body', {"a": 1})
    case("YAML by type", 'http.send({"method": "get", "url": "BASE/yaml"}).body', {"a": [1, "yes"]})
    case("forced YAML", 'http.send({"method": "get", "url": "BASE/text", "force_yaml_decode": true}).body', {"a": 1})
    case("gzip", 'http.send({"method": "get", "url": "BASE/gzip"}).body', {"z": True})
    case("broken JSON is null", 'http.send({"method": "get", "url": "BASE/broken"}).body', None)
    case("JSON body", 'http.send({"method": "post", "url": "BASE/echo", "body": {"k": [1]}}).body.body', '{"k":[1]}')
    case("raw body wins", 'http.send({"method": "put", "url": "BASE/echo", "body": 1, "raw_body": "r"}).body.body', "r")
    case("method in upper case", 'http.send({"method": "delete", "url": "BASE/echo"}).body.method', "DELETE")
    case("empty POST has a length",
         'http.send({"method": "post", "url": "BASE/echo"}).body.headers["content-length"]', "0")
    case("headers sent", 'http.send({"method": "get", "url": "BASE/echo", "headers": {"x-a": "b"}}).body.headers["x-a"]',
         "b")
    case("no Accept of curl's", 'object.get(http.send({"method": "get", "url": "BASE/echo"}).body.headers, "accept", "")',
         "")
    case("header injection", 'http.send({"method": "get", "url": "BASE/echo", "headers": {"x": "a\\r\\nb: c"}})',
         bad + "net/http: invalid header field value for X")
    case("header of another type", 'http.send({"method": "get", "url": "BASE/echo", "headers": {"x": 1}})',
         lambda v: v.startswith(bad + "invalid type for headers value"))
    case("redirect not followed", 'http.send({"method": "get", "url": "BASE/redirect"}).status_code', 302)
    case("redirect followed as GET",
         'http.send({"method": "post", "url": "BASE/redirect", "body": 1, "enable_redirect": true}).body.method', "GET")
    case("redirects end", 'http.send({"method": "get", "url": "BASE/loop", "enable_redirect": true})',
         lambda v: v.endswith("stopped after 10 redirects"))
    case("HEAD", 'http.send({"method": "head", "url": "BASE/text"}).raw_body', "")
    case("status 500", 'http.send({"method": "get", "url": "BASE/none"}).status_code', 500)
    case("timeout", 'http.send({"method": "get", "url": "BASE/slow", "timeout": "200ms"})',
         bad + "Get %s/slow: request timed out" % base)
    case("timeout as number", 'http.send({"method": "get", "url": "BASE/slow", "timeout": 200000000, '
         '"raise_error": false}).error.code', "eval_http_send_network_error")
    case("bad timeout", 'http.send({"method": "get", "url": "BASE/slow", "timeout": true})',
         lambda v: "'timeout' must be one of {string, number} but got boolean" in v)
    start = time.time()
    case("the evaluation's time limit", 'http.send({"method": "get", "url": "BASE/slow"})', lambda v: isinstance(v, str),
         "--timeout", "300ms")
    case("kept it", '1', lambda _: time.time() - start < 2.5)
    case("response too large", 'http.send({"method": "get", "url": "BASE/big"})',
         lambda v: v.startswith("eval_limit_error") and "too large" in v)
    case("refused", 'http.send({"method": "get", "url": "http://127.0.0.1:1/"})',
         bad + 'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused')
    case("scheme", 'http.send({"method": "get", "url": "file:///etc/passwd"})',
         lambda v: "unsupported protocol scheme" in v)
    case("retries", 'http.send({"method": "get", "url": "BASE/flaky", "max_retry_attempts": 3}).raw_body', "third")
    COUNT.clear()
    case("one request per evaluation",
         'count([r | some i in [1, 2, 3]; r := http.send({"method": "get", "url": "BASE/text"}).raw_body; i > 0])', 3)
    case("and only one", '1', lambda _: COUNT == {"/text": 1})
    COUNT.clear()
    case("ignored headers are no part of the key",
         'count([r | some i in ["1", "2"]; r := http.send({"method": "get", "url": "BASE/text", "headers": {"x": i},'
         ' "cache_ignored_headers": ["x"]})])', 2)
    case("one request for both", '1', lambda _: COUNT == {"/text": 1})
    case("force_cache without a duration", 'http.send({"method": "get", "url": "BASE/text", "force_cache": true})',
         bad + "'force_cache' set but 'force_cache_duration_seconds' parameter is missing")
    case("unknown parameter", 'http.send({"method": "get", "url": "BASE/text", "q": 1})',
         'eval_type_error: http.send: operand 1 invalid request parameters(s): {"q"}')
    case("url must be text", 'http.send({"method": "get", "url": 1})', bad + '"url" must be a string')
    case("bad certificates", 'http.send({"method": "get", "url": "BASE/text", "tls_ca_cert": "x"})',
         bad + "could not append certificates")
    tap.end()


main()
