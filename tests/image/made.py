# SPDX-License-Identifier: Apache-2.0
"""Images made by hand, for tests: layers, configuration and manifest as blobs by digest."""
import gzip, hashlib, io, json, os, struct, tarfile


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar_of(files, links=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o755 if name.startswith("usr/local/bin/") else 0o644
            t.addfile(info, io.BytesIO(data))
        for name, to in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, to
            t.addfile(info)
    return out.getvalue()


def zstd_frame(data):
    """A frame of blocks that are stored as they are (RFC 8878): no library needed."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    parts = [data[i:i + 65536] for i in range(0, len(data), 65536)] or [b""]
    for i, part in enumerate(parts):
        out += struct.pack("<I", len(part) << 3 | (i == len(parts) - 1))[:3] + part
    return out


def zstd_skipped(data, kind=0):
    return struct.pack("<II", 0x184D2A50 + kind, len(data)) + data


def pieces(layer):
    """A tar in pieces, one for each entry, and the rest."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as t:
        at = [m.offset for m in t.getmembers()] + [len(layer)]
    return [layer[a:b] for a, b in zip(at, at[1:])]


def zstd_chunked(layer):
    """As containers/storage writes it: a frame for each piece, then what tells of them in frames to be skipped."""
    told = zstd_frame(b'{"version":1,"entries":[]}')
    return (b"".join(map(zstd_frame, pieces(layer))) + zstd_skipped(told) +
            zstd_skipped(struct.pack("<QQQQ", 0, len(told), 26, 1) + b"GNUlInUx"))


def estargz(layer):
    """As stargz-snapshotter writes it: a member for each piece, the last of which is its table, and a footer that holds nothing."""
    extra = b"SG" + struct.pack("<H", 22) + b"%016xSTARGZ" % 0
    footer = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) + extra + b"\x01\0\0\xff\xff" + bytes(8)
    return b"".join(map(gzip.compress, pieces(layer))) + footer


class Image:
    """Layers, configuration and manifest, as blobs by digest."""

    def __init__(self, layers, arch="amd64", pack=gzip.compress, config=None, oci=True):
        self.layers, self.blobs = layers, {}
        self.packed = [pack(l) if pack else l for l in layers]
        self.config = json.dumps({"architecture": arch, "os": "linux", "config": config or {"User": "1000"},
                                  "rootfs": {"type": "layers", "diff_ids": [sha(l) for l in layers]},
                                  "history": [{"created_by": f"RUN step {i}"} for i in range(len(layers))]}).encode()
        kind = "application/vnd.oci.image." if oci else "application/vnd.docker."
        self.type = kind + ("manifest.v1+json" if oci else "distribution.manifest.v2+json")
        for b in self.packed + [self.config]:
            self.blobs[sha(b)] = b
        self.manifest = json.dumps({"schemaVersion": 2, "mediaType": self.type, "config": {
            "mediaType": kind + ("config.v1+json" if oci else "container.image.v1+json"), "digest": sha(self.config), "size": len(self.config)},
            "layers": [{"mediaType": kind + ("layer.v1.tar+gzip" if oci else "image.rootfs.diff.tar.gzip"), "digest": sha(b), "size": len(b)}
                       for b in self.packed]}).encode()
        self.blobs[sha(self.manifest)] = self.manifest

    def descriptor(self, **more):
        return dict({"mediaType": self.type, "digest": sha(self.manifest), "size": len(self.manifest)}, **more)


def layout(folder, images, index):
    os.makedirs(folder + "/blobs/sha256")
    for image in images:
        for digest, data in image.blobs.items():
            with open(f"{folder}/blobs/sha256/{digest[7:]}", "wb") as f:
                f.write(data)
    with open(folder + "/oci-layout", "w") as f:
        f.write('{"imageLayoutVersion": "1.0.0"}')
    with open(folder + "/index.json", "w") as f:
        json.dump({"schemaVersion": 2, "manifests": index}, f)


def docker_archive(path, image, tags=("shop/web:1",)):
    with tarfile.open(path, "w") as t:
        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        for i, l in enumerate(image.layers):
            add(f"{i}/layer.tar", l)
        add("config.json", image.config)
        add("manifest.json", json.dumps([{"Config": "config.json", "RepoTags": list(tags),
                                          "Layers": [f"{i}/layer.tar" for i in range(len(image.layers))]}]).encode())
