#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Ordinary work on a node and in containers, without one alert at WARNING or above from Seawall's own rules.
An alert counts when it is about a descendant of this program or one of its containers; others (somebody else uses
the machine) are printed and not counted.
usage: noise.py SEAWALL LAB; SW_NOISE_SECONDS says how long (30), SW_NOISE_REST how many seconds each kind of work
rests after a round (0), for long runs on a machine that has other things to do.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from labs import Lab, Watch, why_not

SECONDS = float(os.environ.get("SW_NOISE_SECONDS", "30"))
REST = float(os.environ.get("SW_NOISE_REST", "0"))
FIRST_PIDS = 0xEFFFFFFC  # the inode of the machine's own name space of pids (include/linux/proc_ns.h)
LOUD = ("Emergency", "Alert", "Critical", "Error", "Warning")

COMPILE = r"""
cat >a.c <<'E'
#include <stdio.h>
int f(int); int main(void) { printf("%d\n", f(2)); return 0; }
E
echo 'int f(int x) { return x * 21; }' >b.c
printf 'all: p\np: a.o b.o\n\tcc -o p a.o b.o\n%%.o: %%.c\n\tcc -O2 -c $<\nclean:\n\trm -f *.o p\n' >Makefile
make -s -j2 all && ./p >out && make -s clean && ar --version >/dev/null && strip --version >/dev/null
"""
SHELL = r"""
ls -la /etc /usr/bin >/dev/null; ps aux 2>/dev/null | head -3 >/dev/null; id >/dev/null; who >/dev/null; uptime >/dev/null
find /usr/share/doc -name copyright 2>/dev/null | head -50 | xargs grep -l GPL >/dev/null 2>&1
tar czf t.tgz /usr/share/common-licenses 2>/dev/null; tar tzf t.tgz >/dev/null; sha256sum t.tgz >/dev/null
cp t.tgz u.tgz; mv u.tgz v.tgz; ln -sf v.tgz link; chmod 600 v.tgz; rm -f v.tgz link t.tgz
sort /etc/services | uniq -c | awk '{print $2}' | sed s/a/b/ | tail -1 >/dev/null; df -h >/dev/null 2>&1; du -s . >/dev/null
cat /proc/1/status /proc/meminfo /proc/mounts >/dev/null; env | grep PATH >/dev/null; date >/dev/null
bash -c 'history; HISTSIZE=100; for i in 1 2 3; do echo $i; done' >/dev/null 2>&1
mkdir -p .cache/x && touch .cache/x/y && find . -name '*.key' >/dev/null; getent passwd root >/dev/null
base64 /etc/hostname | base64 -d >/dev/null; curl -s -m 1 http://127.0.0.1:1/ >/dev/null 2>&1; nproc >/dev/null
perl -e 'print "x\n"' >/dev/null; git init -q g 2>/dev/null && cd g && git status >/dev/null && cd .. && rm -rf g
: >app.log; for i in 1 2 3; do echo line >>app.log; done; mv app.log app.log.1; gzip -f app.log.1
"""
PACKAGES = r"""
dpkg -l >/dev/null; dpkg -S /bin/ls >/dev/null; apt-cache policy bash >/dev/null 2>&1; apt-cache search zlib >/dev/null 2>&1
dpkg -V bash >/dev/null 2>&1; pip list >/dev/null 2>&1; ldconfig -p >/dev/null; debconf-show tzdata >/dev/null 2>&1
dpkg-query -W >/dev/null; apt-mark showmanual >/dev/null 2>&1; dpkg --print-architecture >/dev/null
"""
DATABASE = r"""
import os, sqlite3, threading
db = sqlite3.connect("x.db")
db.execute("pragma journal_mode=wal"); db.execute("create table if not exists t (a, b)")
for i in range(200):
    db.execute("insert into t values (?, ?)", (i, "x" * 100))
    if i % 20 == 0: db.commit()
db.commit(); print(db.execute("select count(*) from t").fetchone()); db.close()
os.replace("x.db", "y.db"); os.unlink("y.db")
"""
WEB = r"""
import http.client, http.server, subprocess, threading
class H(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *a): pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=s.serve_forever, daemon=True).start()
for i in range(30):
    c = http.client.HTTPConnection("127.0.0.1", s.server_port); c.request("GET", "/"); c.getresponse().read(); c.close()
subprocess.run(["curl", "-s", "http://127.0.0.1:%d/" % s.server_port], stdout=subprocess.DEVNULL)
"""
# A service as it comes up: its start script writes its configuration, then it serves, logs and rotates.
CONTAINER = r"""
echo "listen 80" >/tmp/app.conf; mkdir -p /var/www /tmp/cache; echo hi >/var/www/index.html
ip link set lo up 2>/dev/null; busybox httpd -p 127.0.0.1:8080 -h /var/www
for i in 1 2 3 4 5; do wget -q -O /dev/null http://127.0.0.1:8080/index.html; echo "$i" >>/var/log/app.log; done
cat /etc/passwd >/dev/null; id >/dev/null; ps >/dev/null; df >/dev/null; ls -la / >/dev/null; sleep 0.2
find / -xdev -name '*.conf' >/dev/null 2>&1; tar cf /tmp/b.tar /var/www; tar xf /tmp/b.tar -C /tmp; chmod 755 /tmp/app.conf
mv /var/log/app.log /var/log/app.log.1; gzip /var/log/app.log.1; rm /var/log/app.log.1.gz; hostname >/dev/null
"""


RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "content", "rules", "*.yaml")
ANCESTORS = " ".join(["%proc.pid"] + [f"%proc.apid[{n}]" for n in range(1, 13)])


def rule_options(dir):
    """-r for Seawall's own rules, each of whose outputs also tells the ancestors and the container of its event."""
    files, more = sorted(glob.glob(RULES)), os.path.join(dir, "lineage.yaml")
    with open(more, "w") as out:
        for name in files:
            text = open(name).read()
            for rule in re.split(r"^- (?=\w+:)", text, flags=re.M):
                if rule.startswith("rule: ") and "source: k8s_audit" not in rule:
                    out.write(f"- {rule.splitlines()[0]}\n  output: ' lineage=<{ANCESTORS} %container.id>'\n"
                              "  override: {output: append}\n")
    return [o for name in files + [more] for o in ("-r", name)]


def lineage_of(alert):
    return re.search(r" lineage=<([0-9a-zA-Z<> -]*) (host|[0-9a-f]{12}|<NA>)>", alert["output"])


def own_ids(looks):
    """This program's pid as the sensor has it, that of the machine: within a container the parent in its own looks tells it."""
    if os.stat("/proc/self/ns/pid").st_ino == FIRST_PIDS:
        return {str(os.getpid())}
    return {found[1].split()[1] for found in map(lineage_of, looks) if found}


def ours(alert, ids):
    """Whether an alert is about this program, a descendant of it or one of its containers; one that does not say counts."""
    lineage = lineage_of(alert)
    return not lineage or not ids.isdisjoint((lineage[1] + " " + lineage[2]).split())


class Work:
    def __init__(self, dir):
        self.dir, self.rounds, self.end = dir, {}, time.time() + SECONDS
        self.ids = set()  # of its containers

    def repeat(self, name, argv):
        d = os.path.join(self.dir, name)
        os.makedirs(d)
        while time.time() < self.end:
            try:
                subprocess.run(argv, cwd=d, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               timeout=120)
            except subprocess.TimeoutExpired:
                pass  # a machine that is busy with other things
            self.rounds[name] = self.rounds.get(name, 0) + 1
            time.sleep(REST)

    def containers(self, lab):
        while time.time() < self.end:
            c = lab.container(CONTAINER)
            self.ids.add(c.id[:12])
            c.remove()
            lab.made.remove(c)
            self.rounds["container"] = self.rounds.get("container", 0) + 1
            if c.done.returncode not in (0, 1):
                self.rounds["container failed"] = c.done.returncode
            time.sleep(0.3 + REST)


def main():
    seawall, program = sys.argv[1:3]
    reason = why_not(seawall)
    if reason:
        print(f"1..1\nok 1 - live noise # skip {reason}")
        return
    dir = tempfile.mkdtemp(dir="/var/tmp")
    watch, lab = Watch(seawall, "--rule-matching", "all", *rule_options(dir)), Lab(program)
    time.sleep(0.5)
    work = Work(dir)
    jobs = [("compile", ["sh", "-c", COMPILE]), ("shell", ["bash", "-c", SHELL]), ("packages", ["sh", "-c", PACKAGES]),
            ("database", [sys.executable, "-c", DATABASE]), ("web", [sys.executable, "-c", WEB])]
    threads = [threading.Thread(target=work.repeat, args=j) for j in jobs]
    threads.append(threading.Thread(target=work.containers, args=(lab,)))
    try:
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        time.sleep(0.5)
        # The test's own look into /etc/shadow, by which it knows that the sensor runs, is no part of the work.
        alerts = watch.stop()
        looks = [a for a in alerts if a["rule"] == "Password file read" and "cmd=cat /etc/shadow" in a["output"]]
        work.ids |= own_ids(looks)
        seen = any(ours(a, work.ids) and not ours(a, {"none"}) for a in looks)
        alerts = [a for a in alerts if a not in looks]
        others = [a for a in alerts if not ours(a, work.ids)]
        alerts = [a for a in alerts if ours(a, work.ids)]
        loud = [a for a in alerts if a["priority"] in LOUD]
        print("# rounds: " + ", ".join(f"{k} {v}" for k, v in sorted(work.rounds.items())))
        print(f"# quieter alerts: {len(alerts) - len(loud)}")
        for text in sorted({a["output"][:300] for a in loud})[:20]:
            print("# " + text)
        for text in sorted({a["rule"] for a in alerts if a not in loud}):
            print("# quiet: " + text)
        for text in sorted({a["rule"] for a in others}):
            print("# somebody else's: " + text)
        print(f"{'not ' if loud else ''}ok 1 - live: {SECONDS:.0f} s of ordinary work without an alert at WARNING or above")
        lost = [line for line in watch.errors().splitlines() if "lost" in line]
        for line in lost[:10]:
            print("# " + line[:300])
        print(f"{'not ' if lost else ''}ok 2 - live: no event of it was lost")
        print(f"{'not ' if 'container failed' in work.rounds else ''}ok 3 - live: the containers worked")
        print(f"{'' if seen else 'not '}ok 4 - live: what this program did itself was told apart\n1..4")
    finally:
        watch.p.kill()
        lab.close()
        shutil.rmtree(dir, ignore_errors=True)


main()
