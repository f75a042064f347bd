# SPDX-License-Identifier: Apache-2.0
"""Images made by hand, for tests: layers, configuration and manifest as blobs by digest."""
import gzip, hashlib, io, json, os, tarfile


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
