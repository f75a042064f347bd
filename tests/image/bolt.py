# SPDX-License-Identifier: Apache-2.0
"""Files of bbolt, written by hand for tests: dicts are buckets, bytes are values."""
import struct

PAGE = 4096


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = (h ^ b) * 0x100000001B3 & (1 << 64) - 1
    return h


def meta(number, txid, root, last, page=PAGE):
    body = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, page, 0, root, 0, 2, last, txid)
    return (struct.pack("<QHHI", number, 4, 0, 0) + body + struct.pack("<Q", fnv(body))).ljust(page, b"\0")


def leaf(number, entries):
    """entries: (flags, key, value), sorted. A page with all that it overflows into."""
    out, data, at = b"", b"", 16 * len(entries)
    for i, (flags, key, value) in enumerate(entries):
        out += struct.pack("<IIII", flags, at - 16 * i + len(data), len(key), len(value))
        data += key + value
    n = 16 + len(out) + len(data)
    return (struct.pack("<QHHI", number, 2, len(entries), (n - 1) // PAGE) + out + data).ljust(-(-n // PAGE) * PAGE, b"\0")


def branch(number, children):
    """children: (first key, page)."""
    out, data = b"", b""
    for i, (key, page) in enumerate(children):
        out += struct.pack("<IIQ", 16 * (len(children) - i) + len(data), len(key), page)
        data += key
    return (struct.pack("<QHHI", number, 1, len(children), 0) + out + data).ljust(PAGE, b"\0")


class Bolt:
    def __init__(self, tree, per_leaf=40):
        self.per_leaf, self.pages = per_leaf, {2: struct.pack("<QHHI", 2, 0x10, 0, 0).ljust(PAGE, b"\0")}
        self.next = 3
        self.root = self.bucket(tree)

    def put(self, make):
        number = self.next
        data = make(number)
        self.pages[number] = data
        self.next += len(data) // PAGE
        return number

    def value(self, v):
        if isinstance(v, bytes):
            return 0, v
        small = all(isinstance(x, bytes) for x in v.values()) and sum(len(k) + len(x) for k, x in v.items()) < 800
        if small:
            entries = [(0, k, x) for k, x in sorted(v.items())]
            return 1, struct.pack("<QQ", 0, 0) + leaf(0, entries)[:16 + sum(16 + len(k) + len(x) for _, k, x in entries)]
        return 1, struct.pack("<QQ", self.bucket(v), 0)

    def bucket(self, tree):
        entries = [(flags, k, x) for k, (flags, x) in sorted((k, self.value(v)) for k, v in tree.items())]
        chunks = [entries[i:i + self.per_leaf] for i in range(0, len(entries), self.per_leaf)] or [[]]
        pages = [(c[0][1] if c else b"", self.put(lambda n, c=c: leaf(n, c))) for c in chunks]
        while len(pages) > 1:
            groups = [pages[i:i + 20] for i in range(0, len(pages), 20)]
            pages = [(g[0][0], self.put(lambda n, g=g: branch(n, g))) for g in groups]
        return pages[0][1]

    def bytes(self):
        body = b"".join(data for _, data in sorted(self.pages.items()))
        return meta(0, 6, self.root, self.next) + meta(1, 5, 3, self.next) + body


def images(spaces):
    """containerd's tree: {namespace: {name: digest}}."""
    def image(digest):
        return {b"createdat": bytes(15), b"updatedat": bytes(15), b"labels": {b"io.cri-containerd.image": b"managed"},
                b"target": {b"digest": digest.encode(), b"mediatype": b"application/vnd.oci.image.manifest.v1+json", b"size": b"\x9a\x08"}}
    return {b"v1": {b"version": b"\x06", **{ns.encode(): {b"content": {b"blob": {}}, b"images": {n.encode(): image(d) for n, d in all.items()},
                                                         b"leases": {}} for ns, all in spaces.items()}}}
