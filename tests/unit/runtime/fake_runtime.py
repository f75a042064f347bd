#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
A container runtime that is none: answers on unix sockets as containerd and as Docker do, in good and in bad ways.
usage: fake_runtime.py FOLDER [ID]   makes FOLDER/cri.sock, FOLDER/docker.sock and, as the last, FOLDER/ready.

What is asked about decides the answer; the first letter of the 64 of an id tells which (see ANSWERS). HTTP/2 is
written by hand: one request at a time, headers of answers without compression, RFC 9113 and RFC 7541.
"""
import json
import os
import socket
import struct
import sys
import threading
import time

# RFC 7541, appendix B, as far as paths need it: symbols by length of their code, in the order of the codes.
CODES = {5: "012aceiost", 6: " %-./3456789=A_bdfghlmnpru", 7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 8: "&*,;XZ"}
LABELS = {"app": "web", "io.kubernetes.container.name": "main"}
SANDBOX = "5" * 64


def huffman_table():
    table, code, last = {}, 0, 5
    for bits, symbols in CODES.items():
        code <<= bits - last
        last = bits
        for s in symbols:
            table[(bits, code)] = s
            code += 1
    return table


HUFFMAN = huffman_table()


def unhuffman(data):
    out, code, bits = "", 0, 0
    for byte in data:
        for i in range(7, -1, -1):
            code, bits = code << 1 | byte >> i & 1, bits + 1
            if (bits, code) in HUFFMAN:
                out += HUFFMAN[(bits, code)]
                code = bits = 0
    return out


def read_int(data, at, prefix):
    v = data[at] & (1 << prefix) - 1
    at += 1
    if v == (1 << prefix) - 1:
        shift = 0
        while True:
            v += (data[at] & 127) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 128:
                break
    return v, at


class Headers:
    """Only what is needed to find :path and new names, with the table that the client adds to."""

    def __init__(self):
        self.table = []

    def text(self, data, at):
        packed = data[at] & 128
        n, at = read_int(data, at, 7)
        raw = data[at:at + n]
        return (unhuffman(raw) if packed else raw.decode("latin-1")), at + n

    def name(self, index):
        if index in (4, 5):
            return ":path"
        return self.table[index - 62][0] if index > 61 and index - 62 < len(self.table) else f"#{index}"

    def read(self, data):
        at, found = 0, {}
        while at < len(data):
            first = data[at]
            if first & 128:
                index, at = read_int(data, at, 7)
                if index > 61:
                    found.update([self.table[index - 62]])
                continue
            if first & 0xe0 == 0x20:
                _, at = read_int(data, at, 5)
                continue
            keep = first & 64
            index, at = read_int(data, at, 6 if keep else 4)
            name = self.name(index)
            if index == 0:
                name, at = self.text(data, at)
            value, at = self.text(data, at)
            if keep:
                self.table.insert(0, (name, value))
            found[name] = value
        return found


# ---- protocol buffers ----

def varint(v):
    out = b""
    while v > 127:
        out += bytes([v & 127 | 128])
        v >>= 7
    return out + bytes([v])


def field(number, v):
    if isinstance(v, int):
        return varint(number << 3) + varint(v)
    v = v.encode() if isinstance(v, str) else v
    return varint(number << 3 | 2) + varint(len(v)) + v


def pairs(number, d):
    return b"".join(field(number, field(1, k) + field(2, v)) for k, v in d.items())


def first_text(message):
    """Field 1, through one level of nesting."""
    if not message or message[0] != 10:
        return ""
    n, at = read_int(message, 1, 7)
    inner = message[at:at + n]
    return first_text(inner) if inner[:1] == b"\n" else inner.decode("latin-1")


def cri_list(cid):
    return field(1, field(1, cid) + field(2, SANDBOX)) if cid[0] not in "05" else b""


def cri_status(cid):
    info = {"sandboxID": SANDBOX, "config": {"linux": {"security_context": {"privileged": True}},
                                             "image": {"image": "sha256:" + "e" * 64}}}
    labels = dict(LABELS)
    if cid[0] == "a":
        labels.update({f"l{i}": "x" * 5000 if i == 7 else "v" for i in range(600)})
    status = (field(1, cid) + field(2, field(1, "main")) + field(4, 1700000000 * 10 ** 9) +
              field(8, field(1, "registry.example:5000/team/web:1.2")) +
              field(9, "registry.example:5000/team/web@sha256:" + "d" * 64) + pairs(12, labels) +
              field(14, field(1, "/data") + field(2, "/srv/data") + field(3, 1) + field(5, 2)))
    return field(1, status) + pairs(2, {"info": json.dumps(info)})


def cri_sandbox(cid):
    if cid != SANDBOX:
        return None
    options = field(1, 2) + field(2, 0) + field(3, 0)
    status = (field(1, cid) + field(2, field(1, "web-0") + field(2, "uid-1") + field(3, "shop")) +
              field(4, 1690000000 * 10 ** 9) + field(5, field(1, "10.1.2.3")) + field(6, field(1, field(2, options))) +
              pairs(7, {"tier": "front"}))
    return field(1, status) + pairs(2, {"info": json.dumps({"cniResult": {"Interfaces": {"eth0": {}, "lo": {}}}})})


def containerd_container(cid, ns):
    """"moby" has 8…, "k8s.io" 9… and its sandbox, "build" what is named."""
    home = "moby" if cid[0] == "8" else "k8s.io" if cid[0] in "59" else "build"
    if ns != home or cid[0] == "0":
        return None
    spec = {"linux": {"namespaces": [{"type": "pid"}], "maskedPaths": []}, "annotations": {},
            "process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN", "CAP_SYS_MODULE"]}},
            "mounts": [{"type": "proc", "source": "proc", "destination": "/proc"},
                       {"type": "bind", "source": "/srv/data", "destination": "/data", "options": ["rbind", "ro"]}]}
    labels, image = {"com.example.team": "shop"}, "registry.example:5000/team/web:1.2"
    if home == "k8s.io":
        image = "sha256:" + "e" * 64
        labels = {"io.kubernetes.container.name": "main", "io.kubernetes.pod.name": "web-0",
                  "io.kubernetes.pod.namespace": "shop", "io.cri-containerd.kind": "container"}
        spec["annotations"] = {"io.kubernetes.cri.image-name": "docker.io/library/web:3",
                               "io.kubernetes.cri.sandbox-id": SANDBOX}
    if cid == SANDBOX:
        labels.update({"io.cri-containerd.kind": "sandbox", "tier": "front"})
    any_spec = field(1, "types.containerd.io/opencontainers/runtime-spec/1/Spec") + field(2, json.dumps(spec))
    return field(1, field(1, cid) + pairs(2, labels) + field(3, image) + field(4, field(1, "io.containerd.runc.v2")) +
                 field(5, any_spec) + field(8, field(1, 1700000000) + field(2, 5)))


def containerd_answer(path, ns, cid):
    if path.endswith("Namespaces/List"):
        # A name that would be another header must not come back.
        names = ["moby", "x\r\ngrpc-timeout: 1S", "k8s.io", "build"]
        return 0, b"".join(field(1, field(1, n)) for n in names), ""
    if "Images" in path:
        if cid != "registry.example:5000/team/web:1.2":
            return 5, b"", ""
        return 0, field(1, field(1, cid) + field(3, field(1, "x") + field(2, "sha256:" + "d" * 64) + field(3, 7))), ""
    m = containerd_container(cid, ns)
    return (0, m, cid[0]) if m else (5, b"", "")


def grpc_answer(path, ns, cid):
    """(status, message, how)"""
    how, method = cid[:1], path.rsplit("/", 1)[1]
    if "containerd.services" in path:
        return containerd_answer(path, ns, cid)
    if method == "Version":
        return 0, field(1, "0.1.0") + field(2, "containerd"), ""
    if method == "ListContainers":
        return 0, cri_list(cid), how
    if method == "PodSandboxStatus":
        m = cri_sandbox(cid)
        return (0, m, "") if m else (5, b"", "")
    return 0, cri_status(cid), how


def frame(kind, flags, stream, data=b""):
    return struct.pack(">I", len(data))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + data


def literal(name, value):
    return bytes([0, len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def send_answer(c, stream, headers, cid):
    status, message, how = grpc_answer(headers[":path"], headers.get("containerd-namespace", ""), cid)
    if how == "1":        # never an answer
        time.sleep(3)
    if how == "2":        # half of the message, and the end of the connection
        c.sendall(frame(1, 4, stream, b"\x88") + frame(0, 0, stream, (struct.pack(">BI", 0, len(message)) + message)[:9]))
        raise OSError
    if how == "3":        # a length that is not true
        body = struct.pack(">BI", 0, len(message) + 1) + message
    elif how == "4":      # without end
        body = bytes(6 << 20)
    elif how == "6":      # bytes of no message
        body = struct.pack(">BI", 0, 64) + bytes(range(192, 256))
    elif how == "7":      # no HTTP/2 at all
        c.sendall(b"\xff" * 100)
        raise OSError
    else:
        body = struct.pack(">BI", 0, len(message)) + message
    c.sendall(frame(1, 4, stream, b"\x88" + literal("content-type", "application/grpc")))
    for i in range(0, len(body), 16000):
        c.sendall(frame(0, 0, stream, body[i:i + 16000]))
    c.sendall(frame(1, 5, stream, literal("grpc-status", str(status))))


def serve_cri(c):
    data, headers, asked = b"", Headers(), {}
    try:
        while len(data) < 24:
            data += c.recv(4096)
        data = data[24:]
        c.sendall(frame(4, 0, 0))
        while True:
            while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
                more = c.recv(65536)
                if not more:
                    return
                data += more
            n, kind, flags = int.from_bytes(data[:3], "big"), data[3], data[4]
            stream, payload = int.from_bytes(data[5:9], "big"), data[9:9 + n]
            data = data[9 + n:]
            if kind == 4 and not flags & 1:
                c.sendall(frame(4, 1, 0))
            elif kind == 6 and not flags & 1:
                c.sendall(frame(6, 1, 0, payload))
            elif kind == 1:
                asked[stream] = headers.read(payload[5:] if flags & 32 else payload)
            elif kind == 0 and flags & 1:
                send_answer(c, stream, asked[stream], first_text(payload[5:]))
    except OSError:
        pass
    finally:
        c.close()


# ---- Docker ----

def inspect(cid):
    return {"Id": cid, "Name": "/shop-web-1", "Created": "2023-11-14T22:13:20.5Z", "Image": "sha256:" + "e" * 64,
            "Config": {"Image": "example/web:2", "Labels": {"com.example.team": "shop"}},
            "HostConfig": {"Privileged": False, "PidMode": "host", "NetworkMode": "bridge", "IpcMode": "private"},
            "Mounts": [{"Source": "/srv", "Destination": "/data", "Mode": "z", "RW": True, "Propagation": "rprivate"}],
            "NetworkSettings": {"IPAddress": "172.17.0.9"}}


def docker_answer(path):
    if path.startswith("/images/"):
        return 200, json.dumps({"RepoDigests": ["example/web@sha256:" + "f" * 64], "RepoTags": ["example/web:2"]})
    cid = path.split("/")[2]
    if cid[0] == "0":
        return 404, "{}"
    if cid[0] == "b":
        return 200, "[" * 100000
    if cid[0] == "c":
        return 200, json.dumps(inspect("f" * 64))
    if cid[0] == "d":
        return 200, json.dumps(dict(inspect(cid), Image="../../evil?x=1", Name=7, Mounts={}, Config=[]))
    return 200, json.dumps(inspect(cid))


def serve_docker(c):
    data = b""
    try:
        while True:
            while b"\r\n\r\n" not in data:
                more = c.recv(65536)
                if not more:
                    return
                data += more
            head, data = data.split(b"\r\n\r\n", 1)
            status, body = docker_answer(head.split(b" ")[1].decode())
            c.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    except OSError:
        pass
    finally:
        c.close()


def listen(path, serve):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(8)

    def run():
        while True:
            c, _ = s.accept()
            threading.Thread(target=serve, args=(c,), daemon=True).start()
    threading.Thread(target=run, daemon=True).start()


def main():
    folder = sys.argv[1]
    listen(os.path.join(folder, "cri.sock"), serve_cri)
    listen(os.path.join(folder, "docker.sock"), serve_docker)
    open(os.path.join(folder, "ready"), "w").close()
    sys.stdin.read()


if __name__ == "__main__":
    main()
