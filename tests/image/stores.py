#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Images that a machine has already, in stores made by hand, right ones and wrong ones, and in containerd's own.
usage: stores.py SEAWALL NO_NETWORK"""
import base64, http.server, io, json, os, random, shutil, signal, socketserver, struct, subprocess, sys, tarfile, tempfile, threading, time

from bolt import PAGE, Bolt, branch, images, leaf, meta
from made import Image, docker_archive, layout, sha, tar_of

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL, NO_NETWORK = map(os.path.abspath, sys.argv[1:3])
WORK = tempfile.mkdtemp(prefix="seawall-stores-")
os.chdir(WORK)
os.environ.update(XDG_CACHE_HOME=WORK + "/cache", HOME=WORK, NO_COLOR="1")
for name in ("SEAWALL_DB", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "CONTAINER_HOST"):
    os.environ.pop(name, None)
T = Tap()
ok, skip = T.ok, T.skip


def run(*args, wrap=()):
    p = subprocess.run([*wrap, SEAWALL, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=110)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def listing(ref, *args, **kw):
    code, out, err = run("scan", "image", ref, "--list-packages", "-o", "json", *args, **kw)
    try:
        return json.loads(out)
    except ValueError:
        return {"packages": [], "problems": [], "layers": [], "error": f"exit {code}: {err}"}


def image(*names, arch="amd64"):
    return Image([tar_of([(f"app/node_modules/{n}/package.json", json.dumps({"name": n, "version": "1"}).encode())]) for n in names], arch)


def names(doc):
    return [p["name"] for p in doc["packages"]]


# ---- containerd ----

def containerd(root, spaces, blobs, data=None):
    os.makedirs(root + "/io.containerd.metadata.v1.bolt")
    folder = root + "/io.containerd.content.v1.content/blobs/sha256"
    os.makedirs(folder)
    with open(root + "/io.containerd.metadata.v1.bolt/meta.db", "wb") as f:
        f.write(data if data is not None else Bolt(images(spaces)).bytes())
    for i in blobs:
        for digest, blob in i.blobs.items():
            with open(f"{folder}/{digest[7:]}", "wb") as f:
                f.write(blob)


def test_containerd():
    web, base, old = image("web", "shared"), image("base"), image("old")
    w, b, o = (sha(i.manifest) for i in (web, base, old))
    many = {f"registry.example/team/image-{i:04}:1": b for i in range(900)}
    containerd("cd", {"default": {"docker.io/library/nginx:latest": w, "registry.example/box:1": b},
                      "k8s.io": {"registry.example/box:1": o, "registry.example/web:2": w, "registry.example/web@" + w: w, w: w, **many}}, [web, base, old])
    store = ("--storage", "cd")
    for ref, want in (("nginx", "web"), ("docker.io/library/nginx", "web"), ("default/nginx:latest", "web"), (w, "web"), ("default/registry.example/box:1", "base"),
                      ("k8s.io/registry.example/box:1", "old"), ("registry.example/web:2", "web"), ("registry.example/team/image-0815:1", "base")):
        d = listing("containerd:" + ref, *store, wrap=(NO_NETWORK,))
        ok(names(d)[-1:] == [want] and d["kind"] == "containerd" and not d["problems"], "containerd:" + ref, d)
    code, _, err = run("scan", "image", "containerd:registry.example/box:1", *store)
    ok(code == 2 and "several images" in err and "namespace" in err, "a name that two namespaces have for two images", err)
    code, _, err = run("scan", "image", "containerd:nothing", *store)
    ok(code == 2 and 'there is no image "nothing"' in err and "lists those" in err, "a name that is not there", err)
    code, out, err = run("scan", "image", "containerd:", *store, "-o", "json")
    all = json.loads(out)["images"]
    ok(code == 0 and len(all) == 906 and all == sorted(all, key=lambda i: i["reference"]) and json.loads(out)["complete"], "all names are listed", len(all), err)
    code, out, err = run("scan", "image", "containerd:", *store)
    ok(out.endswith("\n3 images by 906 names\n") and w[7:19] + "  containerd:default/docker.io/library/nginx:latest\n" in out, "the same as a table", out[-200:])
    code, out, err = run("scan", "image", "containerd:", *store, "--all", "-o", "json", "--no-secrets")
    found = {f.get("subject", {}).get("image") for f in json.loads(out)["findings"]}
    ok(found == {"docker.io/library/nginx:latest", "registry.example/box:1", "registry.example/box:1"}, "each image is judged once, by the name with a tag", found, err)
    for more in (("--sbom", "spdx"), ("--list-packages",), ("--list-attached",), ("--vex-output", "openvex=x"), ("--attached", "all")):
        for all in (("--all",), ()):
            code, out, err = run("scan", "image", "containerd:", *store, *all, *more)
            ok(code == 2 and not out and "one image" in err and more[0] in err, f"not for the images of a store {' '.join(all)}: {more[0]}", code, out, err)
    for more in (("--fail-on", "high"), ("--strict-coverage",)):
        code, out, err = run("scan", "image", "containerd:", *store, *more)
        ok(code == 2 and not out and err == f"error: {more[0]}: the images of a store are listed, and judged with --all only\n", "not for a list: " + more[0], code, out, err)
    os.environ["SEAWALL_FAIL_ON"] = "high"
    code, out, err = run("scan", "image", "containerd:", *store)
    ok(code == 0 and out.endswith("\n3 images by 906 names\n"), "what the environment asks of every scan is no slip of the pen", code, err)
    del os.environ["SEAWALL_FAIL_ON"]
    code, _, err = run("scan", "image", "nginx", "--all")
    ok(code == 2 and "--all is for" in err, "--all of one image", err)
    # What is missing is not evaluated; the other images and layers are.
    os.remove("cd/io.containerd.content.v1.content/blobs/sha256/" + sha(web.packed[0])[7:])
    os.remove("cd/io.containerd.content.v1.content/blobs/sha256/" + o[7:])
    d = listing("containerd:nginx", *store, "--no-cache")
    ok(names(d) == ["shared"] and len(d["problems"]) == 1 and "layer 1" in d["problems"][0]["reason"], "a layer that is missing", d)
    code, out, err = run("scan", "image", "containerd:", *store, "--all", "-o", "json", "--no-secrets", "--strict-coverage", "--fail-on", "never", "--no-cache")
    blind = sorted((f["subject"]["image"], f["message"][:9]) for f in json.loads(out)["findings"] if f["rule"] == "SW-IMG-121")
    ok(code == 3 and blind == [("docker.io/library/nginx:latest", "layer 1 o"), ("registry.example/box:1", "container")],
       "an image whose manifest is missing is not evaluated, nor is a layer, and the others are", (code, err, blind))
    # A store of which a part cannot be read may have more images: what is judged is not all.
    containerd("part", {}, [base], Bolt(images({"default": {"registry.example/box:1": b, "registry.example/lost:1": "sha256:short"}})).bytes())
    code, out, err = run("scan", "image", "containerd:", "--storage", "part", "--all", "-o", "json", "--no-secrets", "--strict-coverage", "--fail-on", "never", "--no-cache")
    d = json.loads(out)
    blind = sorted((f["subject"]["image"], f["message"]) for f in d["findings"] if f["rule"] == "SW-IMG-121")
    lost = "part of the store could not be read: there may be more images"
    ok(code == 3 and blind == [("containerd:", lost)] and err.count(lost) == 1 and "registry.example/box:1" in {f["subject"]["image"] for f in d["findings"]},
       "a damaged store is not evaluated, and its images are", code, blind, err)
    code, _, err = run("scan", "image", "containerd:", "--storage", "nowhere")
    ok(code == 2 and "nowhere" in err and "No such file" in err, "a store that is not there", err)


def test_snapshots():
    """Nodes that throw layers away once they are unpacked."""
    low, top = tar_of([package("kept"), package("gone")]), tar_of([package("new")])
    web = Image([low, top])
    containerd("snap", {"k8s.io": {"registry.example/web:1": sha(web.manifest)}}, [web])
    one = sha(low)
    two = sha((one + " " + sha(top)).encode())
    folder = "snap/io.containerd.snapshotter.v1.overlayfs"

    def snapshots(ids, extra=None):
        tree = {b"v1": {b"snapshots": {f"k8s.io/{n}/{chain}".encode(): {b"id": bytes(n_id), b"kind": b"\x03"} for n, (chain, n_id) in ids.items()}, **(extra or {})}}
        write(folder + "/metadata.db", Bolt(tree).bytes())

    for packed in web.packed:
        os.remove("snap/io.containerd.content.v1.content/blobs/sha256/" + sha(packed)[7:])
    store = ("--storage", "snap")
    ref = "containerd:registry.example/web:1"
    d = listing(ref, *store)
    ok(names(d) == [] and len(d["problems"]) == 2, "layers that are nowhere", d)
    for n, data in ((1, low), (300, top)):
        os.makedirs(f"{folder}/snapshots/{n}/fs")
        with tarfile.open(fileobj=io.BytesIO(data)) as t:
            t.extractall(f"{folder}/snapshots/{n}/fs")
    snapshots({1: (one, b"\x01"), 2: (two, b"\xac\x02"), 9: ("container-key", b"\x07")})
    d = listing(ref, *store, wrap=(NO_NETWORK,))
    ok(names(d) == ["gone", "kept", "new"] and not d["problems"], "layers that are there as snapshots only", d)
    fs = f"{folder}/snapshots/300/fs/app/node_modules/"
    try:
        os.mknod(fs + "gone", 0o20600, os.makedev(0, 0))
    except OSError as e:
        skip("whiteouts of snapshots", str(e))
    else:
        ok(names(listing(ref, *store)) == ["kept", "new"], "whiteouts of snapshots, and nothing of them in the cache")
    snapshots({1: (one, b"\x01"), 2: (two, b"\xff" * 40)})
    d = listing(ref, *store)
    ok(names(d) == ["gone", "kept"] and len(d["problems"]) == 1, "a number of forty bytes", d)
    snapshots({1: (one, b"\x01"), 2: ("sha256:" + "0" * 64, b"\xac\x02")})
    ok(names(listing(ref, *store)) == ["gone", "kept"], "a chain that is another image's")
    write(folder + "/metadata.db", b"x" * 9000)
    d = listing(ref, *store)
    ok(names(d) == [] and len(d["problems"]) == 2 and all("metadata.db: not a database of bbolt, or a damaged one; io.containerd.content" in p["reason"] for p in d["problems"]),
       "a database of snapshots that is none", d)


def test_hint():
    web = image("web")
    containerd("hint", {"default": {"localhost:1/shop/web:1": sha(web.manifest)}}, [web])
    for more in ((), ("--offline",)):
        code, _, err = run("scan", "image", "localhost:1/shop/web:1", "--storage", "hint", *more)
        ok(code == 2 and "this machine has it: `seawall scan image containerd:localhost:1/shop/web:1`" in err, "a registry that cannot be asked, and a store that has it " + " ".join(more), err)
    code, _, err = run("scan", "image", "localhost:1/shop/other:1", "--storage", "hint")
    ok(code == 2 and "this machine has it" not in err, "and one that has not", err)


def test_broken_databases():
    i = image("web")
    digest = sha(i.manifest)
    good = Bolt(images({"default": {"a:1": digest}}))
    data = good.bytes()

    def tried(name, data, want, incomplete=None):
        shutil.rmtree("bad", ignore_errors=True)
        containerd("bad", {}, [i], data)
        code, out, err = run("scan", "image", "containerd:", "--storage", "bad", "-o", "json")
        got = [e["reference"] for e in json.loads(out)["images"]] if out else None
        told = incomplete is None or (out and json.loads(out)["complete"] != incomplete and ("could not be read" in err) == incomplete)
        ok(got == want and told and code == (2 if want is None else 0), name, got, err, out[:300])

    one = ["containerd:default/a:1"]
    tried("a whole database", data, one, False)
    tried("its first meta page is damaged: the second counts, and leads to a leaf", bytes(64) + data[64:], [], True)
    swapped = meta(0, 5, 3, good.next) + meta(1, 6, good.root, good.next) + data[2 * PAGE:]
    tried("the newer meta page is the second", swapped, one, False)
    tried("its first meta page is damaged and the second whole", bytes(64) + swapped[64:], one, False)
    tried("both meta pages are damaged", bytes(2 * PAGE) + data[2 * PAGE:], None)
    tried("nothing in it", b"", None)
    tried("something else", b"SQLite format 3\0" * 1000, None)
    for size in (0, 1, 3, 512, 5000, 1 << 20, 0xFFFFFFFF):
        tried(f"pages of {size} bytes", meta(0, 9, good.root, good.next, 4096)[:24] + struct.pack("<I", size) + data[28:], [], True)
    for at in range(2 * PAGE + 16, len(data) - PAGE, PAGE):
        tried(f"cut short at {at}", data[:at], [], True)
    # Pages that lead to themselves, in circles, before the first and beyond the end.
    first = meta(0, 9, 3, 9) + meta(1, 8, 3, 9) + bytes(PAGE)
    tried("a branch that is its own child", first + branch(3, [(b"a", 3)] * 200), [], True)
    tried("branches in a circle", first + branch(3, [(b"a", 4)] * 200) + branch(4, [(b"a", 3)] * 200), [], True)
    tried("a branch to the meta pages and beyond the end", first + branch(3, [(b"a", 0), (b"b", 1), (b"c", 2), (b"d", 1 << 60), (b"e", 99)]), [], True)
    ring = leaf(3, [(1, b"v1", struct.pack("<QQ", 3, 0))])
    tried("a bucket that holds itself", first + ring, [], False)
    tried("a page that says that it is another", first + leaf(4, [(1, b"v1", struct.pack("<QQ", 3, 0))]), [], True)
    tried("a page with an overflow of four billion", first + ring[:12] + b"\xff\xff\xff\xff" + ring[16:], [], True)
    tried("a page of 65535 entries", first + ring[:10] + b"\xff\xff" + ring[12:], [], True)
    for what, element in (("a key", (1, 16, 5000, 16)), ("a value", (1, 16, 2, 5000)), ("a place", (1, 5000, 2, 16)), ("a sum of them", (1, 16, 0xFFFFFFFF, 2))):
        tried(what + " beyond the page", first + ring[:16] + struct.pack("<IIII", *element) + ring[32:], [], True)
    tried("a bucket of four bytes", first + leaf(3, [(1, b"v1", b"abcd")]), [], True)
    tried("a bucket in a value that is no page", first + leaf(3, [(1, b"v1", bytes(16) + b"abcd")]), [], True)
    # What it says of images.
    for name, target in (("../../../etc/passwd", "sha256:../../../../../etc/passwd"), ("nothing", ""), ("a word", "x" * 5000)):
        tried("a digest that is none: " + name, Bolt(images({"default": {"a:1": digest, "b:1": target}})).bytes(), one, True)
    tried("a name of 5000 bytes", Bolt(images({"default": {"a:1": digest, "b" * 5000: digest}})).bytes(), one, True)
    tried("more names than are taken", Bolt(images({"default": {f"a{k:05}": digest for k in range(20001)}})).bytes(),
          [f"containerd:default/a{k:05}" for k in range(20000)], True)
    rng = random.Random(1)
    crashed = []
    for _ in range(60):
        d = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            d[rng.randrange(len(d))] = rng.choice((0, 1, 127, 255, rng.randrange(256)))
        shutil.rmtree("bad", ignore_errors=True)
        containerd("bad", {}, [i], bytes(d))
        code, out, err = run("scan", "image", "containerd:", "--storage", "bad", "-o", "json")
        if code not in (0, 2) or "crashed" in err or "stopped" in err:
            crashed.append((code, err))
    ok(not crashed, "bytes turned over", crashed[:3])


class Containerd:
    CONFIG = """version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
"""

    def __init__(self):
        with open("config.toml", "w") as f:
            f.write(self.CONFIG)
        self.socket = WORK + "/run/containerd.sock"
        self.log = open("containerd.log", "w+")
        self.p = subprocess.Popen(["containerd", "-c", "config.toml", "--root", WORK + "/real", "--state", WORK + "/run", "-a", self.socket],
                                  stdout=self.log, stderr=self.log)

    def ctr(self, *args):
        return subprocess.run(["ctr", "-a", self.socket, *args], capture_output=True, text=True, timeout=60, check=False)

    def wait(self):
        for _ in range(100):
            if os.path.exists(self.socket) and self.ctr("version").returncode == 0:
                return True
            if self.p.poll() is not None:
                return False
            time.sleep(0.1)
        return False

    def close(self):
        self.p.send_signal(signal.SIGTERM)
        self.p.wait(30)
        self.log.close()


def test_real_containerd():
    name = "what containerd itself keeps"
    if os.geteuid() or not shutil.which("containerd"):
        return skip(name, "containerd is not installed, or this is not root")
    web, base = image("web", "shared"), image("base")
    for folder, i, tag in (("l1", web, "registry.example/web:1"), ("l2", base, "registry.example/base:1")):
        layout(folder, [i], [i.descriptor(annotations={"io.containerd.image.name": tag, "org.opencontainers.image.ref.name": "1"})])
        subprocess.run(["tar", "-C", folder, "-cf", folder + ".tar", "."], check=True)
    c = Containerd()
    try:
        if not c.wait():
            return skip(name, "containerd does not start here")
        said = [c.ctr("-n", ns, "image", "import", "--no-unpack", tar).stderr for ns, tar in (("default", "l1.tar"), ("default", "l2.tar"), ("k8s.io", "l1.tar"))]
        want = ["containerd:default/registry.example/base:1", "containerd:default/registry.example/web:1", "containerd:k8s.io/registry.example/web:1"]
        code, out, err = run("scan", "image", "containerd:", "--storage", "real", "-o", "json")
        got = [(i["reference"], i["digest"]) for i in json.loads(out)["images"]] if out else None
        ok(got == [(r, sha((base if "base" in r else web).manifest)) for r in want], "containerd itself, while it runs: its images", got, err, said)
        d = listing("containerd:registry.example/web:1", "--storage", "real", wrap=(NO_NETWORK,))
        ok(names(d) == ["shared", "web"] and not d["problems"], "and one of them", d)
        # Unpacked for a container to be, and the layer itself thrown away.
        r = c.ctr("-n", "unpacked", "image", "import", "l2.tar")
        if r.returncode or not os.path.exists("real/io.containerd.snapshotter.v1.overlayfs/metadata.db"):
            skip("a layer that containerd has unpacked only", "no snapshots for overlayfs here: " + r.stderr.strip()[-100:])
        else:
            os.remove("real/io.containerd.content.v1.content/blobs/sha256/" + sha(base.packed[0])[7:])
            d = listing("containerd:unpacked/registry.example/base:1", "--storage", "real", "--no-cache")
            ok(names(d) == ["base"] and not d["problems"], "a layer that containerd has unpacked only", d)
        c.ctr("-n", "unpacked", "image", "rm", "registry.example/base:1")
        for k in range(300):
            r = c.ctr("-n", "many", "image", "import", "--no-unpack", "l1.tar") if k == 0 else c.ctr("-n", "many", "image", "tag", "registry.example/web:1", f"registry.example/web:tag-{k}")
            if r.returncode:
                break
        code, out, err = run("scan", "image", "containerd:", "--storage", "real", "-o", "json")
        ok(len(json.loads(out)["images"]) == 3 + 300 and json.loads(out)["complete"], "and 300 names more", out[:300], r.stderr)
    finally:
        c.close()


# ---- containers-storage ----

def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def storage(root, all, parents=None, layers_file="layers.json"):
    """all: {(names): image}. Layers are called by their digests' first digits."""
    told, layers = [], {}
    for tags, i in all.items():
        ids = [sha(l)[7:39] for l in i.layers]
        name = sha(i.config)[7:]
        told.append({"id": name, "digest": sha(i.manifest), "names": list(tags), "layer": ids[-1], "big-data-names": ["manifest", sha(i.config)]})
        write(f"{root}/overlay-images/{name}/manifest", i.manifest)
        write(f"{root}/overlay-images/{name}/=" + base64.b64encode(sha(i.config).encode()).decode(), i.config)
        for k, l in enumerate(i.layers):
            layers[ids[k]] = {"id": ids[k], "diff-digest": sha(l), **({"parent": ids[k - 1]} if k else {})}
            os.makedirs(f"{root}/overlay/{ids[k]}/diff", exist_ok=True)
            with tarfile.open(fileobj=io.BytesIO(l)) as t:
                t.extractall(f"{root}/overlay/{ids[k]}/diff")
    for l, parent in (parents or {}).items():
        layers[l]["parent"] = parent
    write(root + "/overlay-images/images.json", json.dumps(told).encode())
    write(f"{root}/overlay-layers/{layers_file}", json.dumps(list(layers.values())).encode())


def package(name):
    return (f"app/node_modules/{name}/package.json", json.dumps({"name": name, "version": "1"}).encode())


def test_storage():
    low = tar_of([package("kept"), package("gone"), package("hidden"), ("app/node_modules/hidden-too", b""), ("etc/motd", b"x" * 70000)])
    long = "deep/" + "/".join(["a-rather-long-name-of-a-folder"] * 6) + "/node_modules/far/package.json"
    top = tar_of([package("new"), (long, b'{"name":"far","version":"1"}'), ("app/node_modules/hidden/note", b"")])
    web, other = Image([low, top]), Image([low, tar_of([package("other")])])
    storage("cs", {("docker.io/library/web:latest", "localhost/web:2"): web, (): other})
    ids = [sha(l)[7:39] for l in web.layers]
    store = ("--storage", "cs")
    d = listing("containers-storage:web", *store, wrap=(NO_NETWORK,))
    ok(names(d) == ["far", "gone", "hidden", "kept", "new"] and d["kind"] == "containers-storage" and not d["problems"] and
       d["digest"] == sha(web.manifest) and [l["diffId"] for l in d["layers"]] == [sha(l) for l in web.layers], "an image of containers-storage", d)
    for ref in ("localhost/web:2", sha(web.manifest), sha(web.config)[7:], "docker.io/library/web"):
        ok(names(listing("containers-storage:" + ref, *store)) == ["far", "gone", "hidden", "kept", "new"], "the same by " + ref[:30])
    code, out, err = run("scan", "image", "containers-storage:", *store)
    ok(code == 0 and out.endswith("\n2 images by 3 names\n"), "its images", out, err)
    # Pulled by a list: `digest` is the list's, and that of the manifest is among those of all documents.
    told = json.loads(open("cs/overlay-images/images.json").read())
    listed = "sha256:" + "9" * 64
    by_list = dict(told[0], digest=listed, **{"big-data-digests": {"manifest": sha(web.manifest), "manifest-" + listed: listed, sha(web.config): sha(web.config)}})
    write("cs/overlay-images/images.json", json.dumps([by_list, told[1]]).encode())
    for ref in ("web", listed, sha(web.manifest)):
        d = listing("containers-storage:" + ref, *store)
        ok(d.get("digest") == sha(web.manifest) and not d["problems"], "an image that was pulled by a list, by " + ref[:15], d)
    code, out, err = run("scan", "image", "containers-storage:", *store, "-o", "json")
    ok({i["digest"] for i in json.loads(out)["images"]} == {sha(web.manifest), sha(other.manifest)}, "its digest is the manifest's", out, err)
    write("cs/overlay-images/images.json", json.dumps([dict(by_list, **{"big-data-digests": {"manifest": listed}}), told[1]]).encode())
    code, _, err = run("scan", "image", "containers-storage:web", *store)
    ok(code == 2 and "the digest does not hold" in err, "a manifest that is another one", err)
    write("cs/overlay-images/images.json", json.dumps(told).encode())
    code, out, err = run("scan", "image", "containers-storage:", *store, "--all", "-o", "json", "--no-secrets")
    found = {f["subject"]["image"] for f in json.loads(out)["findings"]}
    ok(found == {"docker.io/library/web:latest", sha(other.manifest)}, "all of them", found, err)
    # What overlayfs hides: by a device 0:0, an opaque folder, and what AUFS and fuse-overlayfs write.
    diff = f"cs/overlay/{ids[1]}/diff/app/node_modules/"
    try:
        os.setxattr(diff + "hidden", "user.overlay.opaque", b"y")
        os.mknod(diff + "gone", 0o20600, os.makedev(0, 0))
    except OSError as e:
        skip("whiteouts of overlayfs", str(e))
    else:
        ok(names(listing("containers-storage:web", *store)) == ["far", "kept", "new"], "whiteouts of overlayfs", listing("containers-storage:web", *store))
        os.remove(diff + "gone")
        write(diff + ".wh.kept", b"")
        ok(names(listing("containers-storage:web", *store)) == ["far", "gone", "new"], "whiteouts of fuse-overlayfs")
        os.remove(diff + ".wh.kept")
    os.mkfifo(diff + "fifo")
    os.symlink("/etc/passwd", diff + "link")
    ok(not listing("containers-storage:web", *store)["problems"], "FIFOs and links are no problem")
    # Nothing of it may come back from the cache: nobody knows that it still is what it was.
    write(f"cs/overlay/{ids[0]}/diff/" + package("kept")[0], b'{"name":"changed","version":"1"}')
    ok("changed" in names(listing("containers-storage:web", *store)), "a layer that was changed is read again")
    # Damage: what cannot be had is not evaluated.
    shutil.move(f"cs/overlay/{ids[0]}/diff", "cs/away")
    d = listing("containers-storage:web", *store)
    ok(names(d) == ["far", "new"] and len(d["problems"]) == 1 and "layer 1" in d["problems"][0]["reason"], "a layer whose folder is missing", d)
    os.symlink("/etc", f"cs/overlay/{ids[0]}/diff")
    d = listing("containers-storage:web", *store)
    ok(names(d) == ["far", "new"] and len(d["problems"]) == 1, "a layer whose folder is a link", d)

    def made(name, parents, want, problems, layers_file="layers.json"):
        shutil.rmtree("bad", ignore_errors=True)
        storage("bad", {("localhost/web:2",): web}, parents, layers_file)
        d = listing("containers-storage:localhost/web:2", "--storage", "bad")
        ok(names(d) == want and len(d["problems"]) == problems, name, d)

    everything = ["far", "gone", "hidden", "kept", "new"]
    made("layers that are kept for this boot only", {}, everything, 0, "volatile-layers.json")
    for name, parents in (("a layer that is its own parent", {ids[1]: ids[1]}), ("layers in a circle", {ids[0]: ids[1]})):
        made(name, parents, [], 0)
        code, _, err = run("scan", "image", "containers-storage:localhost/web:2", "--storage", "bad")
        ok(code == 2 and err == "error: overlay-layers/layers.json: the layers go in a circle\n", name + " is an error", code, err)
    # More layers than the manifest names, aligned at the top: what is below it is not seen.
    deep = Image([tar_of([package("below")]), low, top])
    shutil.rmtree("bad", ignore_errors=True)
    storage("bad", {("localhost/web:2",): deep})
    told = dict(json.loads(open("bad/overlay-images/images.json").read())[0], id=sha(web.config)[7:], digest=sha(web.manifest))
    write(f"bad/overlay-images/{told['id']}/manifest", web.manifest)
    write(f"bad/overlay-images/{told['id']}/=" + base64.b64encode(sha(web.config).encode()).decode(), web.config)
    write("bad/overlay-images/images.json", json.dumps([told]).encode())
    d = listing("containers-storage:localhost/web:2", "--storage", "bad")
    ok(names(d) == everything and len(d["problems"]) == 1 and d["problems"][0]["reason"].endswith("the store has layers below this one that the manifest does not name"),
       "more layers than the manifest names", d)
    made("a parent that is not there", {ids[1]: "0" * 32}, ["far", "new"], 1)
    made("a parent that is a path", {ids[1]: "../../../../../etc"}, [], 2)
    for name, change, why in (("images.json is none", lambda: write("bad/overlay-images/images.json", b"{"), ""),
                              ("images.json is an object", lambda: write("bad/overlay-images/images.json", b"{}"), "not what it should be"),
                              ("a manifest that was changed", lambda: write(f"bad/overlay-images/{sha(web.config)[7:]}/manifest", web.manifest + b" "), "does not hold"),
                              ("no manifest", lambda: os.remove(f"bad/overlay-images/{sha(web.config)[7:]}/manifest"), "No such file"),
                              ("no images at all", lambda: shutil.rmtree("bad/overlay-images"), "No such file")):
        shutil.rmtree("bad", ignore_errors=True)
        storage("bad", {("localhost/web:2",): web})
        change()
        code, _, err = run("scan", "image", "containers-storage:localhost/web:2", "--storage", "bad")
        ok(code == 2 and why in err, name, err)
    storage("evil", {("localhost/web:2",): web})
    told = json.loads(open("evil/overlay-images/images.json").read())
    for bad in ({"id": "../../../etc"}, {"id": ""}, {"layer": "../x"}, {"digest": "sha256:../../x"}, {"names": ["n" * 5000]}, {"id": 7}):
        write("evil/overlay-images/images.json", json.dumps([dict(told[0], **bad), {**told[0], "names": ["localhost/good:1"]}]).encode())
        code, out, err = run("scan", "image", "containers-storage:", "--storage", "evil", "-o", "json")
        got = [i["name"] for i in json.loads(out)["images"]] if out else None
        ok(got == ["localhost/good:1"] and not json.loads(out)["complete"] and "could not be read" in err, f"an image that says {str(bad)[:40]}", got, err)


# ---- docker and podman ----

class Engine(http.server.BaseHTTPRequestHandler):
    """The calls of the Engine API that are used, and answers that no engine gives."""
    protocol_version, archive, mode, log, images = "HTTP/1.1", b"", "", [], {"/images/shop/web:1/get": b""}

    def log_message(self, *a):
        pass

    def address_string(self):
        return "socket"

    def answer(self, code, body, *headers):
        self.send_response(code)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        cls = type(self)
        cls.log.append((self.path, self.headers.get("Host")))
        if self.path == "/images/json":
            if cls.mode == "not json":
                return self.answer(200, b"<html>")
            return self.answer(200, json.dumps([{"Id": "sha256:" + "a" * 64, "RepoTags": ["shop/web:1", "shop/web:latest"]},
                                                {"Id": "sha256:" + "b" * 64, "RepoTags": ["<none>:<none>"]}, {"Id": "sha256:" + "c" * 64, "RepoTags": None}]).encode())
        if self.path not in cls.images:
            return self.answer(404, b'{"message":"No such image"}')
        if cls.mode == "500":
            return self.answer(500, b'{"message":"no"}')
        if cls.mode == "elsewhere":
            return self.answer(302, b"", ("Location", "http://localhost/images/json"))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-tar")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        data = cls.images[self.path] or cls.archive
        data = data if cls.mode != "cut" else data[:5000]
        for i in range(0, len(data), 3000):
            part = data[i:i + 3000]
            self.wfile.write(b"%x\r\n" % len(part) + part + b"\r\n")
        if cls.mode == "cut":
            self.close_connection = True
            return None
        self.wfile.write(b"0\r\n\r\n")
        return None


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, *a):
        pass


def several(path, all):
    """A docker archive of several images: [(tags, image)]."""
    with tarfile.open(path, "w") as t:
        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        for k, (_, i) in enumerate(all):
            add(f"{k}/layer.tar", i.layers[0])
            add(f"{k}.json", i.config)
        add("manifest.json", json.dumps([{"Config": f"{k}.json", "RepoTags": tags, "Layers": [f"{k}/layer.tar"]} for k, (tags, _) in enumerate(all)]).encode())
    with open(path, "rb") as f:
        return f.read()


def test_tags(given):
    """A name without a tag is that of the latest, as docker has it; without one it would give all."""
    def of(*all):
        return several("tags.tar", all)

    old, new, short, odd = (image(n) for n in ("old", "new", "short", "odd"))
    Engine.images.update({
        "/images/nginx/get": of((["nginx:1.24"], old), (["nginx:latest"], new)),
        "/images/nginx:latest/get": of((["docker.io/library/nginx:latest"], new)),
        "/images/nginx:1.24/get": of((["nginx:1.24"], old)),
        "/images/localhost:5000/nginx:latest/get": of((["localhost:5000/nginx:latest"], odd)),
        "/images/both:latest/get": of((["other:1"], old), (["docker.io/library/both:latest"], new)),
        "/images/cafe0123/get": of((None, short)),
        "/images/deadbeef/get": of((None, short)), "/images/deadbeef:latest/get": of((["deadbeef:latest"], new)),
        "/images/twice:latest/get": of((["twice:1"], old), (["twice:2"], new)),
        "/images/nginx@sha256:" + "d" * 64 + "/get": of((None, odd))})
    for name, want in (("nginx", "new"), ("nginx:1.24", "old"), ("localhost:5000/nginx", "odd"), ("nginx@sha256:" + "d" * 64, "odd"), ("both", "new"),
                       ("cafe0123", "short"), ("deadbeef", "new")):
        d = listing("docker-daemon:" + name, *given)
        ok(names(d) == [want] and not d["problems"], "docker-daemon:" + name[:20], d)
    code, _, err = run("scan", "image", "docker-daemon:twice", *given)
    ok(code == 2 and '"twice:latest" is 2 images' in err and "name one with its tag: `seawall scan image docker-daemon:` lists them" in err, "an engine that gives others", err)
    Engine.log.clear()
    code, _, err = run("scan", "image", "docker-daemon:only-old", *given)
    ok(code == 2 and "no such image" in err and [p for p, _ in Engine.log] == ["/images/only-old:latest/get"], "one that has no latest is not judged by another tag", err, Engine.log)


def test_engines():
    docker_archive("d.tar", image("web"))
    with open("d.tar", "rb") as f:
        Engine.archive = f.read()
    os.makedirs("run/podman")
    servers = [UnixServer(path, Engine) for path in ("d.sock", "run/podman/podman.sock", "run/docker.sock")]
    for s in servers:
        threading.Thread(target=s.serve_forever, daemon=True).start()
    given = ("--storage", WORK + "/d.sock")
    d = listing("docker-daemon:shop/web:1", *given)
    ok(names(d) == ["web"] and d["kind"] == "docker-daemon" and d["name"] == "shop/web:1" and not d["problems"], "an image of docker's", d)
    os.environ["DOCKER_HOST"] = f"unix://{WORK}/d.sock"
    ok(names(listing("docker-daemon:shop/web:1")) == ["web"], "the same by DOCKER_HOST")
    os.environ["DOCKER_HOST"] = "tcp://127.0.0.1:2375"
    code, _, err = run("scan", "image", "docker-daemon:shop/web:1", wrap=(NO_NETWORK,))
    ok(code == 2 and "only sockets are spoken to" in err, "a DOCKER_HOST that is no socket", err)
    del os.environ["DOCKER_HOST"]
    os.environ["XDG_RUNTIME_DIR"] = WORK + "/run"
    ok(names(listing("docker-daemon:shop/web:1")) == ["web"], "a socket of the user's own docker")
    d = listing("podman:shop/web:1")
    ok(names(d) == ["web"] and d["kind"] == "podman", "and of the user's own podman", d)
    del os.environ["XDG_RUNTIME_DIR"]
    test_tags(given)
    code, out, err = run("scan", "image", "docker-daemon:", *given, "-o", "json")
    got = [i["reference"] for i in json.loads(out)["images"]]
    ok(got == ["docker-daemon:sha256:" + "b" * 64, "docker-daemon:sha256:" + "c" * 64, "docker-daemon:shop/web:1", "docker-daemon:shop/web:latest"],
       "its images", got, err)
    code, out, err = run("scan", "image", "docker-daemon:", *given, "--all", "-o", "json", "--no-secrets", "--fail-on", "never", "--strict-coverage")
    blind = sorted(f["subject"]["image"] for f in json.loads(out)["findings"] if f["rule"] == "SW-IMG-121")
    ok(code == 3 and blind == ["sha256:" + "b" * 64, "sha256:" + "c" * 64], "all of them: what docker does not give is not evaluated", blind, err)
    for mode, name, why in (("", "nothing:1", "no such image"), ("500", "shop/web:1", "status 500"), ("elsewhere", "shop/web:1", "status 302"),
                            ("cut", "shop/web:1", "d.sock: "), ("", "../../info", "no name of an image"), ("", "/x", "no name of an image"),
                            ("", "shop/web:1\r\nX: y", "no such image"), ("", "shop/web:1?x=1#", "no such image")):
        Engine.mode = mode
        code, out, err = run("scan", "image", "docker-daemon:" + name, *given)
        ok(code == 2 and why in err, f"docker-daemon:{name[:20]!r} {mode}", code, err)
    Engine.mode = "not json"
    code, _, err = run("scan", "image", "docker-daemon:", *given)
    ok(code == 2 and "what the store says" in err, "a list that is no JSON", err)
    Engine.mode = ""
    for data, why in ((b"", "an empty file"), (b"{}" * 4000, "not a tar archive")):
        Engine.archive = data
        code, _, err = run("scan", "image", "docker-daemon:shop/web:1", *given)
        ok(code == 2 and why in err, "what is no archive: " + why, err)
    code, _, err = run("scan", "image", "docker-daemon:shop/web:1", *given, "--offline", wrap=(NO_NETWORK,))
    ok(code == 2 and "--offline" in err, "--offline asks nobody", err)
    code, _, err = run("scan", "image", "docker-daemon:shop/web:1", "--storage", WORK + "/nothing.sock")
    ok(code == 2 and "nothing.sock" in err, "a socket that is not there", err)
    ok(all(host == "localhost" and "\n" not in path for path, host in Engine.log), "nothing else was asked", Engine.log[:5])
    for s in servers:
        s.shutdown()


def main():
    try:
        test_containerd()
        test_snapshots()
        test_hint()
        test_broken_databases()
        test_real_containerd()
        test_storage()
        test_engines()
    finally:
        os.chdir("/")
        shutil.rmtree(WORK, ignore_errors=True)
    return T.end()


signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
sys.exit(main())
