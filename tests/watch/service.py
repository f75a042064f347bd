#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""service.py SEAWALL: `seawall watch` as it runs for months: a growing audit log, outputs, metrics, signals, and the
privileges that the unit and the DaemonSet give. TAP."""
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
ROOT = os.environ.get("SW_SOURCE_ROOT", ".")
RULES = """
- rule: Seen
  desc: d
  condition: ka.verb exists
  output: seen %ka.target.name
  priority: WARNING
  source: k8s_audit
- rule: "Odd \\"name\\""
  desc: d
  condition: ka.verb = nothing
  output: odd
  priority: DEBUG
  source: k8s_audit
"""
tests = []


def test(f):
    tests.append(f)
    return f


def line(name):
    return json.dumps({"kind": "Event", "auditID": name, "stage": "ResponseComplete", "verb": "get",
                       "stageTimestamp": "2026-01-02T03:04:05Z", "objectRef": {"resource": "pods", "name": name}}) + "\n"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(f, what, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            v = f()
        except OSError:
            v = None
        if v:
            return v
        time.sleep(0.05)
    raise AssertionError("waited in vain for " + what)


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def get(port, path, method="GET"):
    r = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    with urllib.request.urlopen(r, timeout=5) as a:
        return a.read().decode()


def status(port, path, method="GET"):
    try:
        get(port, path, method)
        return 200
    except urllib.error.HTTPError as e:
        return e.code


class Watch:
    def __init__(self, *args):
        self.dir = tempfile.mkdtemp(prefix="seawall-watch-")
        self.log = os.path.join(self.dir, "audit.log")
        self.port = free_port()
        with open(os.path.join(self.dir, "rules.yaml"), "w", encoding="utf-8") as f:
            f.write(RULES)
        self.say("first")
        self.p = subprocess.Popen(
            [SEAWALL, "watch", "--audit", self.log, "--follow", "-r", "rules.yaml", "--metrics",
             f"127.0.0.1:{self.port}", "--iso-time", *args],
            cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def say(self, *names):
        with open(self.log, "a", encoding="utf-8") as f:
            f.write("".join(line(n) for n in names))

    def path(self, name):
        return os.path.join(self.dir, name)

    def end(self, sig=signal.SIGTERM):
        self.p.send_signal(sig)
        out, err = self.p.communicate(timeout=30)
        shutil.rmtree(self.dir)
        return self.p.returncode, out.decode(), err.decode()


@test
def outputs_and_metrics():
    """every output gets every alert; metrics count them; SIGTERM ends in order"""
    got = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    w = Watch("--to-file", "alerts.log", "--to-program", "cat >> piped.log", "--program-keep",
              "--to-http", f"http://127.0.0.1:{server.server_port}/x?token=secret")
    until(lambda: len(got) == 1, "the first alert")
    w.say("second", "third")
    until(lambda: len(got) == 3, "three alerts")
    assert got[0] == "2026-01-02T03:04:05.000000000+0000: Warning seen first", got[0]
    # logrotate moves the file away
    os.rename(w.path("alerts.log"), w.path("alerts.old"))
    w.say("fourth")
    until(lambda: "fourth" in text(w.path("alerts.log")), "the new file")
    m = until(lambda: (t := get(w.port, "/metrics")) and 'seen"' not in t and t, "metrics")
    assert 'seawall_runtime_alerts_total{rule="Seen",priority="Warning",source="k8s_audit"} 4\n' in m, m
    assert 'rule="Odd \\"name\\""' in m and "seawall_runtime_events_total 4\n" in m, m
    assert "secret" not in m and re.search(r'output_sent_total\{output="file",target="alerts.log"\} 4', m), m
    assert get(w.port, "/healthz") == "ok\n"
    assert (status(w.port, "/nothing"), status(w.port, "/metrics", "POST"), status(w.port, "/metrics", "HEAD")) == (404, 405, 200)
    piped = w.path("piped.log")
    old = text(w.path("alerts.old"))
    until(lambda: text(piped).count("\n") == 4, "the program")
    rc, out, err = w.end()
    assert rc == 0 and out.count("\n") == 4 and old.count("\n") == 3, (rc, out, old, err)
    assert "Alerts: 4" in err and "lost" not in err, err
    server.shutdown()


@test
def survives_bad_outputs():
    """an output that fails loses its own lines, says so, and stops nothing"""
    w = Watch("--to-http", f"http://127.0.0.1:{free_port()}/", "--to-file", "alerts.log", "--no-stdout")
    until(lambda: "first" in text(w.path("alerts.log")), "the file")
    until(lambda: 'output_lost_total{output="http"' in (m := get(w.port, "/metrics")) and m, "metrics")
    rc, out, err = w.end(signal.SIGINT)
    assert rc == 0 and out == "" and "1 alerts lost" in err, (rc, out, err)


@test
def stubborn_clients():
    """clients of the metrics that say nothing, or nonsense, do not hold others for long"""
    w = Watch()
    until(lambda: get(w.port, "/healthz"), "the listener")
    with socket.create_connection(("127.0.0.1", w.port)) as s:
        s.sendall(b"\x00\xff nonsense\r\n\r\n")
        assert s.recv(100).startswith(b"HTTP/1.1 400 "), "400"
    silent = [socket.create_connection(("127.0.0.1", w.port)) for _ in range(2)]
    start = time.time()
    r = urllib.request.urlopen(f"http://127.0.0.1:{w.port}/healthz", timeout=15).read()
    assert r == b"ok\n" and time.time() - start < 8
    for s in silent:
        s.close()
    with socket.create_connection(("127.0.0.1", w.port)) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 40000 + b"\r\n\r\n")
    assert w.end()[0] == 0


@test
def tells_of_itself_as_falco_does():
    """metrics of Falco's configuration: an alert and a line of a file, when their time has come"""
    with tempfile.TemporaryDirectory() as d:
        def run(*more):
            return subprocess.run([SEAWALL, "watch", "-q", "-c", d + "/falco.yaml", "--audit", d + "/log", *more],
                                  capture_output=True, text=True, timeout=20, check=False)
        with open(d + "/log", "w") as f:
            for second in (5, 6, 20, 21, 40):
                f.write(line(f"pod-{second}").replace("04:05Z", f"04:{second:02}Z"))
        with open(d + "/rules.yaml", "w") as f:
            f.write(RULES)
        with open(d + "/falco.yaml", "w") as f:
            json.dump({"rules_files": [d + "/rules.yaml"], "json_output": True, "stdout_output": {"enabled": True}, "metrics": {
                "enabled": True, "interval": "10s", "output_rule": True, "output_file": d + "/metrics"}}, f)
        r = run()
        told = [json.loads(x) for x in r.stdout.splitlines() if "Falco internal" in x]
        assert r.returncode == 0 and len(told) == 2, r
        for a, seconds, judged in zip(told, (15, 35), (2, 4)):
            f = a["output_fields"]
            assert a["rule"] == "Falco internal: metrics snapshot" and a["priority"] == "Informational", a
            assert a["source"] == "internal" and a["output"] == "Falco metrics snapshot", a
            assert f["falco.duration_sec"] == seconds and f["falco.num_evts"] == judged, f
            assert f["falco.rules.matches_total"] == f["falco.rules.Seen"] == judged, f
            assert "falco.rules.Odd_name" not in f and f["falco.memory_rss_mb"] > 0 and "scap.n_evts" not in f, f
        assert told[1]["output_fields"]["falco.evts_rate_sec"] == 0.1 and told[1]["time"] == "2026-01-02T03:04:40.000000000Z"
        kept = [json.loads(x) for x in text(d + "/metrics").splitlines()]
        assert [k["sample"] for k in kept] == [1, 2] and kept[1]["output_fields"] == told[1]["output_fields"], kept
        r = run("--set", "json_output=false", "--set", "metrics.include_empty_values=true", "--set", "metrics.output_file=",
                "--set", "metrics.resource_utilization_enabled=false", "--set", "metrics.interval=10000")
        words = [x for x in r.stdout.splitlines() if "Falco metrics snapshot" in x]
        assert len(words) == 2 and ": Informational Falco metrics snapshot (evt.hostname=" in words[0], r
        assert "falco.rules.Odd_name=0" in words[0] and "memory" not in words[0] and words[0].endswith(")"), words
        r = run("--set", "metrics.output_file=/nonexistent/x")
        assert r.returncode == 2 and "/nonexistent/x" in r.stderr, r


@test
def refuses():
    """what cannot work is told at once, with exit code 2"""
    for args, want in ((["--metrics", "nowhere"], "not ADDRESS:PORT"), (["--metrics", "127.0.0.1:1x"], "--metrics"),
                       (["--to-file", "/nonexistent/x"], "/nonexistent/x"), (["--to-syslog", "x"], "syslog"),
                       (["--to-http", "ftp://x/"], "http"), (["--to-program", ""], "command"),
                       (["--disable", "No such"], "no rule"), (["--tag", "none"], "no rule has the tag")):
        r = subprocess.run([SEAWALL, "watch", "--audit", "/dev/null", *args], capture_output=True, timeout=60, check=False)
        assert r.returncode == 2 and want.encode() in r.stderr, (args, r)


def capabilities():
    """Those of the unit and of the DaemonSet, which must be the same."""
    unit = re.search(r"^CapabilityBoundingSet=(.*)$", text(os.path.join(ROOT, "deploy/systemd/seawall-watch.service")), re.M)
    pod = re.search(r"add:\n((?: +- \w+.*\n)+)", text(os.path.join(ROOT, "deploy/watch/daemonset.yaml")))
    a = sorted(x[4:] for x in unit.group(1).split())
    b = sorted(re.findall(r"- (\w+)", pod.group(1)))
    assert a == b == ["BPF", "DAC_READ_SEARCH", "PERFMON", "SYS_PTRACE"], (a, b)
    return a


@test
def least_privileges():
    """with exactly the capabilities of the unit and the DaemonSet the sensor sees an execution"""
    caps = capabilities()
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return "needs root and setpriv"
    with tempfile.TemporaryDirectory() as d:
        rules = os.path.join(d, "r.yaml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write("- rule: r\n  desc: d\n  condition: evt.type = execve and proc.args contains seawall-marker\n"
                    "  output: seen %proc.name\n  priority: INFO\n")
        bound = ",".join(["-all"] + ["+" + c.lower() for c in caps])
        p = subprocess.Popen(["setpriv", "--inh-caps", "-all", "--bounding-set", bound, "--no-new-privs", SEAWALL, "watch",
                              "-r", rules, "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(40):
                if p.poll() is not None:
                    return p.stderr.read().strip().splitlines()[0]
                subprocess.run(["true", "seawall-marker"], check=True)
                time.sleep(0.1)
        finally:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
        out, err = p.communicate(timeout=20)
        assert "seen true" in out, (out, err)


@test
def reads_rules_again():
    """SIGHUP takes new rules, a broken file changes nothing, counters go on, and who follows the files needs no signal"""
    w = Watch("--to-file", "alerts.log", "-o", "text")
    until(lambda: "seen first" in text(w.path("alerts.log")), "the first alert")
    with open(w.path("rules.yaml"), "w", encoding="utf-8") as f:
        f.write(RULES.replace("seen %", "new %") + "- list: l\n  items: [a\n")
    w.p.send_signal(signal.SIGHUP)
    until(lambda: "reload_failures_total 1\n" in get(w.port, "/metrics"), "the failure")
    w.say("second")
    until(lambda: "seen second" in text(w.path("alerts.log")), "the old rules")
    with open(w.path("rules.yaml"), "w", encoding="utf-8") as f:
        f.write(RULES.replace("seen %", "new %").replace("Odd", "Even"))
    w.p.send_signal(signal.SIGHUP)
    until(lambda: "rules_reloads_total 1\n" in get(w.port, "/metrics"), "the new rules")
    w.say("third")
    until(lambda: "new third" in text(w.path("alerts.log")), "an alert of the new rules")
    m = until(lambda: (t := get(w.port, "/metrics")) and 'rule="Seen",priority="Warning",source="k8s_audit"} 3' in t and t,
              "the count")
    assert 'rule="Even \\"name\\""' in m and "Odd" not in m and "events_total 3\n" in m, m
    for _ in range(50):
        w.p.send_signal(signal.SIGHUP)
        w.say("more")
    rc, out, err = w.end()
    assert rc == 0 and "are not taken, the former ones stay in use" in err and "read again: 2 are in use" in err, err
    assert out.count("\n") == out.count("seen ") + out.count("new ") >= 3, out
    w = Watch("--follow-rules", "--to-file", "alerts.log")
    until(lambda: "seen first" in text(w.path("alerts.log")), "the first alert")
    # As a ConfigMap is changed: another file takes the place.
    with open(w.path("next"), "w", encoding="utf-8") as f:
        f.write(RULES.replace("seen %", "new %"))
    os.rename(w.path("next"), w.path("rules.yaml"))
    until(lambda: "rules_reloads_total 1\n" in get(w.port, "/metrics"), "the new rules")
    w.say("second")
    until(lambda: "new second" in text(w.path("alerts.log")), "an alert of the new rules")
    assert w.end()[0] == 0


@test
def captures_by_rule():
    """a rule with capture: true begins a capture that is never written over another file"""
    seed = os.path.join(ROOT, "tests/fuzz/seeds/scap/all.scap")
    rule = "- rule: r\n  desc: d\n  condition: evt.type = {}\n  output: at %evt.num\n  priority: INFO\n  capture: {}\n"
    with tempfile.TemporaryDirectory() as d:
        rules = os.path.join(d, "r.yaml")

        def run(event, capture, *sets):
            with open(rules, "w", encoding="utf-8") as f:
                f.write(rule.format(event, capture))
            args = [x for s in ("enabled=true", f"path_prefix={d}/cap", *sets) for x in ("--set", "capture." + s)]
            r = subprocess.run([SEAWALL, "watch", "--replay", seed, "-r", rules, "--no-suggested", *args], capture_output=True,
                               text=True, timeout=20, check=False)
            return r, sorted(x for x in os.listdir(d) if x.startswith("cap_"))
        r, files = run("connect", "false")
        assert r.returncode == 0 and "at 5" in r.stdout and not files, (r, files)
        r, files = run("connect", "true", "default_duration=60000")
        assert len(files) == 1 and re.fullmatch(r"cap_\d{20}_0{19}5\.scap", files[0]), (r, files)
        path = os.path.join(d, files[0])
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path, "rb") as f:
            assert f.read(2) == b"\x1f\x8b", "compressed"
        again = subprocess.run([SEAWALL, "watch", "--replay", path, "-r", rules], capture_output=True, text=True, check=False)
        assert "Informational at 1 " in again.stdout and "Events: 7\n" in again.stderr, again
        with open(path, "wb") as f:
            f.write(b"mine")
        r, files = run("connect", "true")
        assert len(files) == 1 and os.path.getsize(path) == 4 and "no capture" in r.stderr and r.returncode == 0, r
        r, files = run("clone", "false", "mode=all_rules")
        assert len(files) == 2, files
        r, files = run("clone", "false", "mode=some")
        assert r.returncode == 2 and "is not a valid mode" in r.stderr, r


@test
def reloads_live():
    """the sensor looks at what new rules ask for, and no longer at what they do not"""
    if os.geteuid() != 0:
        return "needs root"
    rule = "- rule: r\n  desc: d\n  condition: evt.type = {} and proc.name = {}\n  output: seen %evt.type\n  priority: INFO\n"
    with tempfile.TemporaryDirectory() as d:
        rules = os.path.join(d, "r.yaml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write(rule.format("execve", "true"))
        out, err = open(os.path.join(d, "out"), "w+"), open(os.path.join(d, "err"), "w+")
        p = subprocess.Popen([SEAWALL, "watch", "-r", rules], stdout=out, stderr=err)

        def seen(what):
            if p.poll() is not None:
                raise AssertionError(text(err.name))
            subprocess.run(["true"], check=True)
            os.makedirs(os.path.join(d, "x"))
            subprocess.run(["rmdir", os.path.join(d, "x")], check=True)
            return what in text(out.name)
        try:
            time.sleep(2)
            if p.poll() is not None:
                return text(err.name).strip().splitlines()[0]
            until(lambda: seen("seen execve"), "an execution")
            assert "rmdir" not in text(out.name)
            with open(rules, "w", encoding="utf-8") as f:
                f.write(rule.format("rmdir", "rmdir"))
            p.send_signal(signal.SIGHUP)
            until(lambda: "read again" in text(err.name), "the new rules")
            until(lambda: seen("seen rmdir"), "a removal")
            n = text(out.name).count("execve")
            for _ in range(5):
                seen("")
            assert text(out.name).count("execve") == n
        finally:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
                p.wait(20)


@test
def needs_each_capability():
    """without CAP_BPF or CAP_PERFMON the sensor says so: neither is there for nothing"""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return "needs root and setpriv"
    caps = capabilities()
    for gone in ("BPF", "PERFMON"):
        bound = ",".join(["-all"] + ["+" + c.lower() for c in caps if c != gone])
        p = subprocess.Popen(["setpriv", "--inh-caps", "-all", "--bounding-set", bound, "--no-new-privs", SEAWALL, "watch", "-q"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            err = p.communicate(timeout=60)[1]
        except subprocess.TimeoutExpired:
            p.kill()
            raise AssertionError(f"it starts without {gone}") from None
        assert p.returncode == 2 and err.startswith("error: "), (gone, err)


@test
def unit_is_well_formed():
    """systemd reads the unit without a complaint"""
    if not shutil.which("systemd-analyze"):
        return "systemd-analyze is not installed"
    unit = text(os.path.join(ROOT, "deploy/systemd/seawall-watch.service")).replace("/usr/bin/seawall", "/bin/true")
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "seawall-watch.service")
        with open(path, "w", encoding="utf-8") as f:
            f.write(unit)
        r = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False)
        bad = [x for x in r.stderr.splitlines() if "seawall-watch" in x]
        if r.returncode and not bad:
            return "systemd-analyze does not run here"
        assert not bad, bad


def calls_of(name):
    """A group of system calls of systemd, those of the groups in it too."""
    r = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=False)
    words = [w for w in (x.strip() for x in r.stdout.splitlines()[1:]) if w and w[0] != "#"]
    return {c for w in words for c in (calls_of(w) if w[0] == "@" else {w})}


def calls_of_unit():
    """What SystemCallFilter= leaves: lists add, those with ~ take away."""
    allowed = set()
    for words in re.findall(r"^SystemCallFilter=(.*)$", text(os.path.join(ROOT, "deploy/systemd/seawall-watch.service")), re.M):
        calls = {c for w in words.lstrip("~").split() for c in (calls_of(w) if w[0] == "@" else {w})}
        allowed = allowed - calls if words[0] == "~" else allowed | calls
    return allowed


@test
def unit_allows_every_call():
    """the live sensor with outputs, metrics and a runtime to ask makes no call that the unit's filter refuses"""
    for tool in ("strace", "systemd-analyze"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    with tempfile.TemporaryDirectory() as d, socket.socket(socket.AF_UNIX) as runtime:
        runtime.bind(d + "/s")
        runtime.listen()
        with open(d + "/rules", "w") as f:
            f.write("- rule: r\n  desc: d\n  condition: evt.type in (execve, openat) and container.id != none\n"
                    "  output: x\n  priority: INFO\n")
        p = subprocess.Popen(["strace", "-f", "-qq", "-o", d + "/calls", SEAWALL, "watch", "-q", "-r", d + "/rules", "--no-stdout",
                              "--to-file", d + "/out", "--metrics", f"127.0.0.1:{free_port()}", "--container-socket",
                              f"cri:{d}/s"], stderr=subprocess.PIPE, text=True)
        for _ in range(300):
            time.sleep(0.1)
            subprocess.run(["true"], check=True)
            if p.poll() is not None or (os.path.exists(d + "/out") and os.path.getsize(d + "/out")):
                break
        if p.poll() is not None:
            return p.stderr.read().strip().splitlines()[0]
        # strace lets no signal through: its program gets one itself.
        for child in text(f"/proc/{p.pid}/task/{p.pid}/children").split():
            os.kill(int(child), signal.SIGTERM)
        try:
            p.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            p.kill()
            raise
        made = set(re.findall(r"^\d+ +(\w+)\(", text(d + "/calls"), re.M))
    allowed = calls_of_unit()
    if not allowed:
        return "systemd-analyze does not run here"
    assert {"bpf", "epoll_wait", "openat"} & made and len(made) > 30 and made <= allowed, (made - allowed, len(made))


@test
def health_without_metrics():
    """Falco's web server without prometheus_metrics_enabled answers for its health alone"""
    port = free_port()
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/falco.yaml", "w") as f:
            json.dump({"webserver": {"enabled": True, "listen_address": "127.0.0.1", "listen_port": port,
                                     "k8s_healthz_endpoint": "/alive"}, "stdout_output": {"enabled": True}}, f)
        open(d + "/log", "w").close()
        for more, metrics in ((), 404), (("--set", "webserver.prometheus_metrics_enabled=true"), 200):
            p = subprocess.Popen([SEAWALL, "watch", "-q", "-c", d + "/falco.yaml", "--audit", d + "/log", "--follow", *more])
            until(lambda: get(port, "/alive"), "the listener")
            got = status(port, "/metrics")
            p.send_signal(signal.SIGTERM)
            assert p.wait(30) == 0 and got == metrics, (more, got)


@test
def manifests_hold_what_they_promise():
    """Seawall's own checks find nothing grave in deploy/watch but what a sensor cannot do without"""
    r = subprocess.run([SEAWALL, "scan", "-o", "json", os.path.join(ROOT, "deploy/watch")], capture_output=True, check=False)
    found = {f["rule"] for f in json.loads(r.stdout)["findings"] if f["severity"] in ("critical", "high")}
    assert found <= ALLOWED, found - ALLOWED


# The node's pids, capabilities, and user 0: without them there is no sensor.
ALLOWED = {"SW-POD-005", "SW-POD-014", "SW-POD-017"}


def main():
    tap = Tap()
    for f in tests:
        try:
            why = f()
        except Exception as e:  # pylint: disable=broad-except
            tap.ok(False, f.__doc__, f"{type(e).__name__}: {e}")
        else:
            tap.skip(f.__doc__, why) if why else tap.ok(True, f.__doc__)
    tap.end()


main()
