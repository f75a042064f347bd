# SPDX-License-Identifier: Apache-2.0
"""Real containers of runc for the live tests, made of the machine's own programs, and the sensor beside them."""
import json
import os
import pty
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

LINKS = """xmrig kubectl nmap debugfs ssh tcpdump apt-get iptables curl python3 useradd socat insmod modprobe su
masscan peirates killall chattr""".split()
# By number.
CAPS = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()


def own_caps():
    """What this process may hand on: a machine may have taken some from its root."""
    status = open("/proc/self/status").read()
    have = int(re.search(r"CapEff:\s*(\w+)", status).group(1), 16) & int(re.search(r"CapBnd:\s*(\w+)", status).group(1), 16)
    return ["CAP_" + c for i, c in enumerate(CAPS) if have >> i & 1]


def why_not(seawall):
    """The reason why nothing live can be tried here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("runc", "busybox"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    p = subprocess.Popen([seawall, "watch", "-q", "-o", "json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        p.wait(2)
        return p.stderr.read().strip().splitlines()[0]
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGINT)
        p.wait()
    return None


class Lab:
    """A root file system, and containers on overlays of it."""

    def __init__(self, lab):
        self.dir = tempfile.mkdtemp(prefix="seawall-lab-", dir="/var/tmp")
        self.root = os.path.join(self.dir, "image")
        self.made = []
        self.build(lab)

    def put(self, path, text="", mode=0o644):
        full = self.root + path
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)
        os.chmod(full, mode)

    def copy(self, host, path):
        full = self.root + path
        os.makedirs(os.path.dirname(full), exist_ok=True)
        shutil.copy(os.path.realpath(host), full)

    def build(self, lab):
        for d in ("bin", "sbin", "usr/bin", "usr/sbin", "proc", "sys", "dev", "tmp", "mnt", "root/.ssh", "var/log",
                  "run", "etc/cron.d", "etc/kubernetes/manifests", "host/etc", "var/spool/cron", "home/dev", "usr/lib"):
            os.makedirs(os.path.join(self.root, d), exist_ok=True)
        self.copy(shutil.which("busybox"), "/bin/busybox")
        for name in subprocess.check_output(["busybox", "--list"], text=True).split():
            if not os.path.lexists(f"{self.root}/bin/{name}"):
                os.symlink("/bin/busybox", f"{self.root}/bin/{name}")
        # Not busybox's own shell: it runs its tools without executing a program of their name.
        os.unlink(f"{self.root}/bin/sh")
        for shell, name in (("/bin/bash", "/bin/bash"), ("/bin/dash", "/bin/sh")):
            self.copy(shell, name)
            for lib in re.findall(r"(/\S+) \(0x", subprocess.check_output(["ldd", shell], text=True)):
                self.copy(lib, lib)
        self.copy(lab, "/usr/bin/lab")
        for name in LINKS:
            path = f"{self.root}/bin/{name}"
            if os.path.lexists(path):
                os.unlink(path)
            os.symlink("/usr/bin/lab", path)
        self.put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1000::/home/dev:/bin/sh\n")
        self.put("/etc/shadow", "root:*:1::::::\n", 0o600)
        self.put("/etc/group", "root:x:0:\n")
        self.put("/var/log/app.log", "line\n")
        self.put("/root/.bash_history", "ls\n")
        self.put("/var/run/secrets/kubernetes.io/serviceaccount/token", "eyJ\n")

    def container(self, command, prepare="", binds=(), detach=False, name=None, user=0, cgroup=None):
        c = Container(self, command, prepare, binds, detach, name, user, cgroup)
        self.made.append(c)
        return c

    def close(self):
        for c in self.made:
            c.remove()
        shutil.rmtree(self.dir, ignore_errors=True)


class Container:
    def __init__(self, lab, command, prepare, binds, detach, name, user, cgroup):
        self.id = name or secrets.token_hex(32)
        self.dir = os.path.join(lab.dir, self.id[:16])
        self.merged = os.path.join(self.dir, "rootfs")
        for d in ("rootfs", "upper", "work"):
            os.makedirs(os.path.join(self.dir, d))
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lab.root},upperdir={self.dir}/upper,"
                        f"workdir={self.dir}/work", self.merged], check=True)
        script = (prepare + "\n" if prepare else "") + command
        with open(os.path.join(self.dir, "config.json"), "w") as f:
            json.dump(self.config(script, binds, user, cgroup), f)
        args = ["runc", "run", "--bundle", self.dir] + (["--detach"] if detach else []) + [self.id]
        self.log = open(os.path.join(self.dir, "log"), "w+")
        self.done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, timeout=60)

    def config(self, script, binds, user, cgroup):
        caps = own_caps()
        mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
                  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
                  {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
                   "options": ["newinstance", "ptmxmode=0666", "mode=0620"]},
                  {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["mode=1777"]},
                  {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]}]
        mounts += [{"destination": d, "type": "bind", "source": s, "options": ["rbind", "rw"]} for s, d in binds]
        linux = {"namespaces": [{"type": t} for t in ("pid", "ipc", "uts", "mount", "network")],
                 "resources": {"devices": [{"allow": True, "access": "rwm"}]}}
        if cgroup:
            linux["cgroupsPath"] = cgroup.format(id=self.id)
        return {"ociVersion": "1.0.2", "root": {"path": "rootfs"}, "hostname": "lab", "mounts": mounts, "linux": linux,
                "process": {"user": {"uid": user, "gid": user}, "args": ["/bin/sh", "-c", script], "cwd": "/",
                            "env": ["PATH=/bin:/usr/bin:/sbin:/usr/sbin", "HOME=/root", "TERM=xterm"],
                            "capabilities": {k: caps if user == 0 else [] for k in
                                             ("bounding", "effective", "permitted", "inheritable")}}}

    def exec(self, *argv, terminal=False):
        if not terminal:
            return subprocess.run(["runc", "exec", self.id, *argv], stdin=subprocess.DEVNULL, stdout=self.log,
                                  stderr=self.log, timeout=60).returncode
        pid, fd = pty.fork()
        if pid == 0:
            os.execvp("runc", ["runc", "exec", "-t", self.id, *argv])
        try:
            while os.read(fd, 4096):
                pass
        except OSError:
            pass
        os.close(fd)
        return os.waitpid(pid, 0)[1]

    def remove(self):
        subprocess.run(["runc", "delete", "-f", self.id], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["umount", "-l", self.merged], stderr=subprocess.DEVNULL)
        self.log.close()


class Watch:
    """`seawall watch` with its alerts as JSON."""

    def __init__(self, seawall, *options):
        self.out = tempfile.NamedTemporaryFile("w+", suffix=".json")
        self.err = tempfile.NamedTemporaryFile("w+", suffix=".txt")
        self.p = subprocess.Popen([seawall, "watch", "-o", "json", *options], stdout=self.out, stderr=self.err)
        self.wait_ready()

    def wait_ready(self):
        for _ in range(100):
            subprocess.run(["cat", "/etc/shadow"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.1)
            if os.path.getsize(self.out.name):
                return
            if self.p.poll() is not None:
                break
        raise RuntimeError("the sensor does not start: " + open(self.err.name).read())

    def alerts(self):
        with open(self.out.name) as f:
            return [json.loads(line) for line in f if line.endswith("\n")]

    def find(self, rule, cid, timeout=0.0):
        end = time.time() + timeout
        while True:
            for a in self.alerts():
                if a["rule"] == rule and (cid is None or a["output_fields"].get("container.id") == cid):
                    return a
            if time.time() > end:
                return None
            time.sleep(0.05)

    def stop(self):
        self.p.send_signal(signal.SIGINT)
        self.p.wait(30)
        return self.alerts()

    def errors(self):
        return open(self.err.name).read()
