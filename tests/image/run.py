#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans of whole images by the real binary: every source, a Debian system with npm, Python and Go contents against
what dpkg itself says, registries with every kind of authentication, and no connection where none was asked for.
usage: run.py SEAWALL NO_NETWORK"""
import base64, bz2, gzip, hashlib, http.server, io, json, lzma, os, shutil, signal, socket, subprocess, sys, tarfile, tempfile, threading, time

from made import Image, docker_archive, estargz, layout, sha, tar_of, zstd_chunked, zstd_frame, zstd_skipped

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL, NO_NETWORK = map(os.path.abspath, sys.argv[1:3])
WORK = tempfile.mkdtemp(prefix="seawall-image-")
os.chdir(WORK)
os.environ.update(XDG_CACHE_HOME=WORK + "/cache", HOME=WORK, NO_COLOR="1")
os.environ.pop("SEAWALL_DB", None)
for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "SEAWALL_REGISTRY_USER", "XDG_RUNTIME_DIR", "http_proxy", "https_proxy", "HTTPS_PROXY"):
    os.environ.pop(name, None)
T = Tap()
ok, skip = T.ok, T.skip


def run(*args, env=None, stdin=None, wrap=()):
    e = dict(os.environ, **(env or {}))
    p = subprocess.run([*wrap, SEAWALL, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=e, input=stdin, timeout=110)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def listing(ref, *args, kind="image", **kw):
    code, out, err = run("scan", kind, ref, "--list-packages", "-o", "json", *args, **kw)
    try:
        return json.loads(out)
    except ValueError:
        return {"packages": [], "problems": [], "layers": [], "error": f"exit {code}: {err}"}


def rules_of(out):
    try:
        return [f["rule"]["id"] if isinstance(f.get("rule"), dict) else f.get("rule", f.get("ruleId")) for f in json.loads(out)["findings"]]
    except ValueError:
        return []


def names(doc):
    return sorted((p["type"], p.get("namespace", ""), p["name"], p.get("version", ""), p.get("arch", "")) for p in doc["packages"])


def read(path):
    with open(path, "rb") as f:
        return f.read()


def debian_layers():
    info = "/var/lib/dpkg/info"
    base = [("etc/os-release", read("/etc/os-release")), ("var/lib/dpkg/status", read("/var/lib/dpkg/status"))]
    base += [("var/lib/dpkg/info/" + f, read(f"{info}/{f}")) for f in sorted(os.listdir(info)) if f.endswith((".list", ".md5sums"))]
    npm = [(f"app/node_modules/{n}/package.json", json.dumps({"name": n, "version": v}).encode())
           for n, v in (("lodash", "4.17.15"), ("@babel/core", "7.1.0"), ("left-pad", "1.3.0"))]
    py = [("usr/local/lib/python3.11/site-packages/flask-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: Flask\nVersion: 1.0\n"),
          ("usr/local/lib/python3.11/site-packages/flask-1.0.dist-info/RECORD", b"")]
    return [tar_of(base), tar_of(npm + py), tar_of([("app/node_modules/.wh.left-pad", b"")], [("app/latest", "/etc")])]


def go_program():
    for path in ("/usr/bin/skopeo", "/usr/bin/umoci", "/usr/bin/docker-registry"):
        if os.path.exists(path) and os.path.getsize(path) < 60 << 20:
            return path
    return None


def rootfs(folder, layers):
    for l in layers:
        with tarfile.open(fileobj=io.BytesIO(l)) as t:
            for m in t.getmembers():
                base = os.path.basename(m.name)
                if base.startswith(".wh."):
                    shutil.rmtree(os.path.join(folder, os.path.dirname(m.name), base[4:]))
                else:
                    t.extract(m, folder)
    os.makedirs(folder + "/proc", exist_ok=True)
    os.mkfifo(folder + "/requirements.txt")  # would block for ever


# ---- what dpkg says ----

def test_inventory():
    if not shutil.which("dpkg-query"):
        skip("inventory of a Debian system", "there is no dpkg here")
        return None
    layers = debian_layers()
    program = go_program()
    if program:
        layers.insert(2, tar_of([("usr/local/bin/tool", read(program))]))
    image = Image(layers)
    layout("oci", [image], [image.descriptor(annotations={"org.opencontainers.image.ref.name": "v1"})])
    doc = listing("oci")
    said = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n"],
                          stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    want = sorted(tuple(l.split("|")[1:]) for l in said if l[1] != "n")
    got = sorted((p["name"], p["version"], p["arch"], p.get("source", p["name"]), p.get("sourceVersion", p["version"]))
                 for p in doc["packages"] if p["type"] == "deb")
    ok(got == want, f"all {len(want)} packages are dpkg-query's, field by field",
       doc.get("error", "") + str([x for x in want if x not in got][:5]) + str([x for x in got if x not in want][:5]))
    npm = sorted((p.get("namespace", ""), p["name"], p["version"], p["layer"]) for p in doc["packages"] if p["type"] == "npm" and p["path"].startswith("app/"))
    ok(npm == [("", "lodash", "4.17.15", 1), ("@babel", "core", "7.1.0", 1)], "npm packages, one of them taken away by a layer", npm)
    py = [(p["name"], p["version"], p["layer"]) for p in doc["packages"] if p["type"] == "pypi" and p["path"].startswith("usr/local/")]
    ok(py == [("Flask", "1.0", 1)], "Python packages", py)
    if program:
        go = [p for p in doc["packages"] if p["type"] == "golang" and p["path"] == "usr/local/bin/tool"]
        ok(len(go) > 0 and all(p["layer"] == 2 for p in go), "a Go program's modules, with its layer", go[:3])
    else:
        skip("a Go program's modules, with its layer", "no Go program is installed here")
    ok(doc["distribution"]["id"] == "debian" and doc["problems"] == [], "distribution, and no problems", doc["problems"][:5])
    return image, doc


def test_sources(image, doc):
    want = names(doc)

    def same(ref, name, *args, **kw):
        d = listing(ref, "--no-cache", *args, **kw) if kw.get("kind") != "rootfs" else listing(ref, *args, **kw)
        ok(names(d) == want and not d["problems"], name, d.get("error", "") + str(d["problems"][:3]) + str(len(names(d))))

    same("oci:oci:v1", "OCI layout by its tag")
    os.symlink("oci", "web")
    same("web:v1", "OCI layout by its tag, as verify has it", wrap=(NO_NETWORK,))
    for name in ("nothere.tar", "shop/web.tar.gz"):
        code, out, err = run("scan", "image", name, wrap=(NO_NETWORK,))
        ok(code == 2 and err == f"error: {name}: No such file or directory\n", "an archive that is not there: " + name, err)
    with tarfile.open("oci.tar", "w") as t:
        t.add("oci", ".")
    same("oci.tar", "OCI archive")
    same("oci-archive:oci.tar:v1", "OCI archive by its tag")
    docker_archive("docker.tar", image)
    same("docker.tar", "docker archive")
    same("docker-archive:docker.tar:shop/web:1", "docker archive by its name")
    with open("docker.tar", "rb") as f, gzip.open("docker.tar.gz", "wb", 1) as g:
        shutil.copyfileobj(f, g)
    same("docker.tar.gz", "docker archive in gzip")
    same("-", "standard input", stdin=read("docker.tar.gz"))
    dictionary = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 64 << 20}]  # that of xz -9
    quick = {lzma: {"filters": dictionary}, bz2: {"compresslevel": 1}}
    for end, way in ((".xz", lzma), (".bz2", bz2)):
        with way.open("docker.tar" + end, "wb", **quick[way]) as f:
            f.write(read("docker.tar"))
        same("docker.tar" + end, "docker archive in " + end[1:])
    same("-", "standard input in xz", stdin=read("docker.tar.xz"))
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "-1", "docker.tar", "-o", "docker.tar.zst"], check=True)
        same("docker.tar.zst", "docker archive in zstd")
        z = Image(image.layers, pack=lambda d: subprocess.run(["zstd", "-q", "-1"], input=d, stdout=subprocess.PIPE, check=True).stdout)
        layout("oci-zstd", [z], [z.descriptor()])
        same("oci-zstd", "layers in zstd")
    rootfs("rootfs", image.layers)
    same("rootfs", "folder", kind="rootfs")
    with tarfile.open("rootfs.tar", "w") as t:
        t.add("rootfs", "", filter=lambda m: None if m.isfifo() else m)
    same("rootfs.tar", "tar of a root file system")
    with lzma.open("rootfs.tar.xz", "wb", preset=0) as f:
        f.write(read("rootfs.tar"))
    same("rootfs.tar.xz", "tar of a root file system in xz")
    os.environ["SEAWALL_NO_ISAL"] = "1"
    same("oci", "the same through zlib")
    del os.environ["SEAWALL_NO_ISAL"]
    a, b = listing("oci"), listing("oci")
    ok(a == b and names(b) == want, "the cache gives the same, byte for byte")
    many = [subprocess.Popen([SEAWALL, "scan", "image", "oci", "--list-packages", "-o", "json", "--cache-dir", WORK + "/shared"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(4)]
    outs = [json.loads(p.communicate()[0]) for p in many]
    ok(all(names(o) == want for o in outs), "four scans at once share a cache")


def test_odd_archives():
    """What docker wrote at one time or another, and layers that cannot be read."""
    layers = [tar_of([(f"app/node_modules/{n}/package.json", json.dumps({"name": n, "version": "1"}).encode()),
                      ("stargz.index.json", b'{"version":1,"entries":[]}')]) for n in "ab"]
    both = [("npm", "", "a", "1", ""), ("npm", "", "b", "1", "")]

    def archive(path, files, links=()):
        with open(path, "wb") as f:
            f.write(tar_of(files, links))

    # Since version 25 a layout and a docker archive in one.
    plain = Image(layers, pack=None)
    files = [("blobs/sha256/" + d[7:], b) for d, b in plain.blobs.items()]
    files += [("index.json", json.dumps({"schemaVersion": 2, "manifests": [plain.descriptor()]}).encode()), ("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),
              ("manifest.json", json.dumps([{"Config": "blobs/sha256/" + sha(plain.config)[7:], "RepoTags": ["x:1"],
                                             "Layers": ["blobs/sha256/" + sha(x)[7:] for x in layers], "LayerSources": {}}]).encode())]
    archive("since25.tar", files)
    ok(names(listing("since25.tar")) == both and names(listing("docker-archive:since25.tar:x:1")) == both, "docker save since version 25")
    # Long ago a layer that is there twice was a link to the first.
    config = json.dumps({"architecture": "amd64", "os": "linux",
                         "rootfs": {"type": "layers", "diff_ids": [sha(layers[0]), sha(layers[0]), sha(layers[1])]}}).encode()
    archive("linked.tar", [("a/layer.tar", layers[0]), ("b/layer.tar", layers[1]), ("config.json", config),
                           ("manifest.json", json.dumps([{"Config": "config.json", "RepoTags": None,
                                                          "Layers": ["a/layer.tar", "c/layer.tar", "b/layer.tar"]}]).encode())],
            [("c/layer.tar", "../a/layer.tar")])
    ok(names(listing("linked.tar")) == both, "an old archive with a layer that is a link")
    # All of these say that they are gzip: what tells is how they begin.
    lz4 = b"\x04\x22\x4d\x18" + bytes(600)
    halves = lambda pack: lambda d: pack(d[:512]) + pack(d[512:])
    for name, pack, problem in (("gzip in members", halves(gzip.compress), ""), ("eStargz", estargz, ""),
                                ("zstd in frames", halves(zstd_frame), ""), ("zstd:chunked", zstd_chunked, ""),
                                ("zstd behind a frame to be skipped", lambda d: zstd_skipped(d, 15) + zstd_frame(d), ""),
                                ("xz", lzma.compress, ""), ("xz streams, padded", lambda d: halves(lzma.compress)(d) + bytes(8), ""),
                                ("bzip2 in members", halves(bz2.compress), ""), ("nothing", lambda d: d, ""),
                                ("xz cut short", lambda d: lzma.compress(d)[:-30], "cut short"),
                                ("gzip of xz", lambda d: gzip.compress(lzma.compress(d)), "compressed twice"),
                                ("lz4", lambda d: lz4 + hashlib.sha256(d).digest(), "compressed by lz4")):
        image = Image(layers, pack=pack)
        folder = "packed-" + sha(name.encode())[7:15]
        layout(folder, [image], [image.descriptor()])
        d = listing(folder, "--no-cache")
        found = [x for x in names(d) if not problem or x not in both]
        ok(found == ([] if problem else both) and len(d["problems"]) == (2 if problem else 0)
           and all(problem in x["reason"] for x in d["problems"]), "layers packed as " + name, d)
    image = Image(layers)
    manifest = json.loads(image.manifest)
    manifest["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    del image.blobs[manifest["layers"][0]["digest"]]
    image.manifest = json.dumps(manifest).encode()
    image.blobs[sha(image.manifest)] = image.manifest
    layout("foreign", [image], [image.descriptor()])
    d = listing("foreign", "--no-cache")
    ok(names(d) == both[1:] and "a foreign layer" in d["problems"][0]["reason"], "a foreign layer that is not there", d)
    for path, data in (("archive.tar.lz4", lz4), ("empty.tar", b""), ("twice.tar", bz2.compress(lzma.compress(read("linked.tar"))))):
        with open(path, "wb") as f:
            f.write(data)
    for path, why in (("archive.tar.lz4", "compressed by lz4"), ("empty.tar", "an empty file"), ("twice.tar", "compressed twice")):
        code, _, err = run("scan", "image", path)
        ok(code == 2 and why in err, path + " is refused", err)


def test_skopeo_folder():
    """What `skopeo copy … dir:` leaves: blobs by their digits beside manifest.json."""
    files = {n: Image([tar_of([(f"app/node_modules/{n}/package.json", json.dumps({"name": n, "version": "1"}).encode())])], n)
             for n in ("amd64", "arm64")}

    def folder(path, start, images, version="Directory Transport Version: 1.1\n"):
        os.makedirs(path)
        for name, data in [("manifest.json", start)] + ([("version", version.encode())] if version else []):
            with open(f"{path}/{name}", "wb") as f:
                f.write(data)
        for i in images:
            for digest, data in i.blobs.items():
                with open(f"{path}/{digest[7:]}" + (".manifest.json" if data == i.manifest else ""), "wb") as f:
                    f.write(data)

    one = files["amd64"]
    folder("skopeo", one.manifest, [one])
    for ref in ("skopeo", "dir:skopeo"):
        d = listing(ref)
        ok([p["name"] for p in d["packages"]] == ["amd64"] and d["kind"] == "dir" and d["digest"] == sha(one.manifest) and not d["problems"],
           "a folder of skopeo's: " + ref, d)
    index = json.dumps({"schemaVersion": 2, "manifests": [i.descriptor(platform={"os": "linux", "architecture": a}) for a, i in files.items()]})
    folder("skopeo-all", index.encode(), files.values())
    got = [p["name"] for p in listing("skopeo-all", "--platform", "linux/arm64")["packages"]]
    ok(got == ["arm64"], "of several platforms in it, one", got)
    if shutil.which("skopeo"):
        layout("for-skopeo", [one], [one.descriptor(annotations={"org.opencontainers.image.ref.name": "v"})])
        p = subprocess.run(["skopeo", "--insecure-policy", "copy", "-q", "oci:for-skopeo:v", "dir:by-skopeo"], stderr=subprocess.PIPE)
        d = listing("by-skopeo", "--no-cache")
        ok(p.returncode == 0 and [x["name"] for x in d["packages"]] == ["amd64"] and not d["problems"], "what skopeo itself made", (p.stderr, d))
    else:
        skip("what skopeo itself made", "skopeo is not installed")
    # Beside what only a root file system has, somebody else chose these files, too.
    for name in ("etc", "usr"):
        folder("root-" + name, one.manifest, [one])
        os.mkdir(f"root-{name}/{name}")
        code, out, err = run("scan", "image", "root-" + name)
        ok(code == 2 and not out and f"root-{name}: a root file system, or what skopeo wrote?" in err and
           f"`seawall scan rootfs root-{name}`, or `seawall scan image dir:root-{name}`" in err, f"a folder of skopeo's with {name} in it", code, err)
        ok([p["name"] for p in listing("dir:root-" + name)["packages"]] == ["amd64"], f"and where dir: says so ({name})")
        ok(run("scan", "rootfs", "root-" + name, "--list-packages", "-o", "json")[1].find('"kind": "rootfs"') > 0, f"and as a root file system ({name})")
    # Without its first line the files are those of a root file system.
    folder("not-skopeo", one.manifest, [one], version="2.0\n")
    d = listing("dir:not-skopeo")
    ok(d["kind"] == "rootfs" and not d["packages"], "a root file system with a manifest.json of its own", d)
    # Blobs that are not what they should be.
    blob = "skopeo/" + sha(one.packed[0])[7:]
    os.remove(blob)
    d = listing("skopeo", "--no-cache")
    ok(len(d["problems"]) == 1 and "layer 1" in d["problems"][0]["reason"] and "No such file" in d["problems"][0]["reason"], "a blob that is missing", d)
    for name, make in (("link", lambda: os.symlink("/etc/passwd", blob)), ("folder", lambda: os.mkdir(blob)), ("FIFO", lambda: os.mkfifo(blob))):
        make()
        d = listing("skopeo", "--no-cache")
        ok(len(d["problems"]) == 1 and "layer 1" in d["problems"][0]["reason"], f"a blob that is a {name}", d)
        os.rmdir(blob) if name == "folder" else os.remove(blob)
    with open(blob, "wb") as f:
        f.write(gzip.compress(tar_of([("app/node_modules/evil/package.json", b'{"name":"evil","version":"1"}')])))
    d = listing("skopeo", "--no-cache")
    ok(d["packages"] == [] and "digest does not hold" in str(d["problems"]), "a blob of another content", d)
    with open("skopeo/manifest.json", "wb") as f:
        f.write(one.manifest.replace(b"sha256:", b"sha256:../../../../../etc/passwd", 1))
    code, _, err = run("scan", "image", "skopeo")
    ok(code == 2 and "is no digest" in err, "a digest that is a path", err)


def test_choice():
    small = {arch: Image([tar_of([("app/node_modules/x/package.json", json.dumps({"name": arch, "version": "1"}).encode())])], arch)
             for arch in ("amd64", "arm64", "arm")}
    att = Image([tar_of([("x", b"")])], "unknown")
    entries = [att.descriptor(platform={"os": "unknown", "architecture": "unknown"}, annotations={"vnd.docker.reference.type": "attestation-manifest"})]
    entries += [i.descriptor(platform=dict({"os": "linux", "architecture": a}, **({"variant": "v7"} if a == "arm" else {}))) for a, i in small.items()]
    inner = Image([], "none")
    inner.manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries}).encode()
    inner.type = "application/vnd.oci.image.index.v1+json"
    inner.blobs = {sha(inner.manifest): inner.manifest}
    layout("multi", [*small.values(), att, inner], [inner.descriptor()])
    for platform, want in (("linux/amd64", "amd64"), ("linux/arm64", "arm64"), ("linux/arm64/v8", "arm64"), ("linux/arm/v7", "arm")):
        got = [p["name"] for p in listing("multi", "--platform", platform)["packages"]]
        ok(got == [want], "platform " + platform, got)
    code, out, err = run("scan", "image", "multi", "--platform", "linux/s390x")
    ok(code == 2 and "linux/amd64, linux/arm64, linux/arm/v7" in err, "a platform that is not there names those that are", err)
    code, out, err = run("scan", "image", "multi", "--platform", "arm64")
    ok(code == 2 and "OS/ARCH" in err, "a platform that is none", err)
    layout("two", [small["amd64"], small["arm64"]], [small[a].descriptor(annotations={"org.opencontainers.image.ref.name": a}) for a in ("amd64", "arm64")])
    code, out, err = run("scan", "image", "two")
    ok(code == 2 and "several images" in err and "choose one" in err, "several images, and none was chosen", err)
    got = [p["name"] for p in listing("oci:two:arm64")["packages"]]
    ok(got == ["arm64"], "one of several by its tag", got)
    code, out, err = run("scan", "image", "oci:two:nothing")
    ok(code == 2 and "nothing" in err, "a tag that is not there", err)
    # A blob that was changed: the manifest, the configuration, a layer.
    for which, data in (("manifest", small["arm"].manifest), ("configuration", small["arm"].config)):
        shutil.rmtree("bad", ignore_errors=True)
        layout("bad", [small["arm"]], [small["arm"].descriptor()])
        with open("bad/blobs/sha256/" + sha(data)[7:], "ab") as f:
            f.write(b" ")
        code, out, err = run("scan", "image", "bad")
        ok(code == 2 and "does not hold" in err, f"a changed {which} is refused", err)
    shutil.rmtree("bad")
    layout("bad", [small["arm"]], [small["arm"].descriptor()])
    with open("bad/blobs/sha256/" + sha(small["arm"].packed[0])[7:], "ab") as f:
        f.write(b"\0")
    code, out, err = run("scan", "image", "bad", "-o", "json", "--strict-coverage", "--fail-on", "never", "--no-cache")
    rules = rules_of(out)
    ok(code == 3 and "SW-IMG-121" in rules, "a changed layer is not evaluated", (code, rules, err))
    os.remove("bad/blobs/sha256/" + sha(small["arm"].packed[0])[7:])
    os.symlink("/etc/passwd", "bad/blobs/sha256/" + sha(small["arm"].packed[0])[7:])
    d = listing("bad", "--no-cache")
    ok(len(d["problems"]) == 1 and "layer 1" in d["problems"][0]["reason"], "a blob that is a link is not followed", d)


def test_judgement():
    image = Image([tar_of([("x", b"")])], config={"User": "0", "Env": ["DB_PASSWORD=hunter2", "TOKEN_FILE=/run/x", "PATH=/bin", "NODE_TLS_REJECT_UNAUTHORIZED=0"],
                                                  "ExposedPorts": {"22/tcp": {}, "8080/tcp": {}}})
    c = json.loads(image.config)
    c["history"] = [{"created_by": "RUN |1 API_TOKEN=s3cr3t-value /bin/sh -c make"}, {"created_by": "RUN curl -fsSL https://x/install.sh | bash -"},
                    {"created_by": "ADD https://x/y.tgz /opt"}]
    image.config = json.dumps(c).encode()
    docker_archive("judge.tar", image)
    code, out, err = run("scan", "image", "judge.tar", "-o", "json")
    text = out
    found = sorted(set(rules_of(out)))
    want = ["SW-IMG-101", "SW-IMG-103", "SW-IMG-104", "SW-IMG-106", "SW-IMG-107", "SW-IMG-108", "SW-IMG-109", "SW-IMG-123", "SW-IMG-124"]
    ok(code == 1 and found == want, "configuration and history are judged", (code, found, err))
    ok("hunter2" not in text and "s3cr3t" not in text, "secrets are shown in no report")
    code, out, err = run("scan", "image", "judge.tar", "--fail-on", "critical")
    ok(code == 0, "--fail-on", (code, err))
    with open("w.yaml", "w") as f:
        f.write("apiVersion: seawall.dev/v1\nkind: Waivers\nwaivers:\n- rules: [SW-IMG-1*]\n  scope: {image: 'shop/web*'}\n"
                "  reason: known\n  owner: me@example.com\n  expires: never\n")
    code, out, err = run("scan", "image", "judge.tar", "--waivers", "w.yaml")
    ok(code == 0, "waivers", (code, out[-400:], err))
    code, out, err = run("scan", "image", "judge.tar", "-o", "sarif=x.sarif", "-o", "junit=x.xml", "-o", "table")
    ok(code == 1 and json.loads(read("x.sarif"))["version"] == "2.1.0" and b"<testsuite" in read("x.xml"), "several reports at once", err)
    token = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1z2Q"
    image = Image([tar_of([("app/.env", b"A=1\nGITHUB_TOKEN=" + token.encode() + b"\n"), ("bin", b"\0\1\2" + token.encode())]),
                   tar_of([("app/later.txt", b"x" * 1500000 + b"\n\nGITHUB_TOKEN=" + token.encode() + b"\n")]),
                   tar_of([("app/wide.txt", f"\ufeffA=1\r\nT={token}\r\n".encode("utf-16-le")),
                           ("app/wide-later.txt", ("\ufeff" + "x" * 1200000 + "\n" * 5 + f"T={token}\n").encode("utf-16-be")),
                           ("app/secret.yaml", b"kind: Secret\ndata:\n  a: " + base64.b64encode(base64.b64encode(b"T=" + token.encode())))])])
    docker_archive("secret.tar", image)
    code, out, err = run("scan", "image", "secret.tar", "-o", "json", "--no-cache")
    lines = sorted((e.get("file"), e.get("line")) for f in json.loads(out)["findings"] if "SW-IMG" not in str(f.get("rule", f.get("ruleId")))
                   for e in f.get("evidence", []))
    if "SW-IMG-125" in out:
        skip("secrets in files, with their lines", "Hyperscan is not installed")
    else:
        want = [("app/.env", 2), ("app/later.txt", 3), ("app/secret.yaml", 3), ("app/secret.yaml", 3), ("app/wide-later.txt", 6),
                ("app/wide.txt", 2)]
        ok(lines == want and token not in out, "secrets in files, with their lines", (lines, out[:1500]))
        again = run("scan", "image", "secret.tar", "-o", "json")[1]
        ok(run("scan", "image", "secret.tar", "-o", "json")[1] == again == out, "and the same from the cache")
    code, out, err = run("explain", "SW-IMG-121")
    ok(code == 0 and "layer" in out, "rules explain themselves", err)


# ---- registries ----

class Fake(http.server.BaseHTTPRequestHandler):
    """A registry with tokens, that loses connections, and that lies when told to."""
    protocol_version = "HTTP/1.1"
    image, lies, drops, tokens, log, mirror_of = None, False, 0, True, [], None

    def log_message(self, *a):
        pass

    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        cls, host = type(self), self.headers["Host"]
        cls.log.append((self.path, self.headers.get("Authorization", ""), host))
        if self.path.startswith("http://"):  # somebody uses us as a proxy
            self.path = "/" + self.path.split("/", 3)[3]
        if self.path.startswith("/token?"):
            good = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"alice:pass:word").decode()
            return self.answer(200 if good else 401, json.dumps({"token": "the-token"} if good else {}).encode())
        if cls.tokens and self.headers.get("Authorization") != "Bearer the-token":
            return self.answer(401, b"{}", WWW_Authenticate=f'Bearer realm="http://{host}/token",service="fake registry",scope="repository:team/app:pull"')
        what = self.path.split("/")[-1]
        image = cls.image
        body = image.blobs.get(what, image.manifest if "/manifests/" in self.path and what in ("1", "latest") else None)
        if body is None:
            return self.answer(404, b"{}")
        if cls.lies and what == sha(image.packed[0]):
            body = body[:-1] + bytes([body[-1] ^ 1])
        start = 0
        if self.headers.get("Range"):
            start = int(self.headers["Range"].split("=")[1].split("-")[0])
        if cls.drops and what == sha(image.packed[0]):
            cls.drops -= 1
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start:start + (len(body) - start) // 2])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if start:
            return self.answer(206, body[start:], Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.answer(200, body)


def test_fake_registry():
    image = Image([tar_of([("app/node_modules/x/package.json", b'{"name":"x","version":"1"}'), ("fill", os.urandom(300000))])], oci=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Fake.image = image
    host = f"127.0.0.1:{server.server_port}"
    ref = host + "/team/app:1"
    good = [("npm", "", "x", "1", "")]
    code, out, err = run("scan", "image", ref, "--no-cache")
    ok(code == 2 and "401" in err, "a token that is not given is told", err)
    user = {"SEAWALL_REGISTRY_USER": "alice:pass:word"}
    d = listing(ref, "--no-cache", env=user)
    ok(names(d) == good and d["digest"] == sha(image.manifest), "a token by user and password", d)
    os.makedirs("docker-config")
    with open("docker-config/config.json", "w") as f:
        json.dump({"auths": {"other.example": {"auth": "eDp5"}, host: {"auth": base64.b64encode(b"alice:pass:word").decode()}}}, f)
    d = listing(ref, "--no-cache", env={"DOCKER_CONFIG": WORK + "/docker-config"})
    ok(names(d) == good, "the password that docker login kept", d)
    Fake.log.clear()
    d = listing(f"{host}/team/app@{sha(image.manifest)}", "--no-cache", env=user)
    ok(names(d) == good and any(sha(image.manifest) in p for p, _, _ in Fake.log), "by digest", d)
    Fake.drops = 2
    d = listing(ref, "--no-cache", env=user)
    ok(names(d) == good and not d["problems"] and Fake.drops == 0, "a layer is resumed where the connection was lost", d)
    Fake.lies = True
    d = listing(ref, "--no-cache", env=user)
    ok(d["packages"] == [] and "digest does not hold" in d["problems"][0]["reason"], "a registry that lies about a layer", d)
    Fake.lies = False
    code, out, err = run("scan", "image", host + "/team/app:none", env=user)
    ok(code == 2 and "not there" in err, "a tag that is not there", err)
    Fake.log.clear()
    d = listing("registry.invalid/team/app:1", "--no-cache", "--mirror", f"registry.invalid=http://{host}", env=user)
    ok(names(d) == good, "a mirror is asked in place of the registry", d)
    Fake.tokens = False
    d = listing("registry.invalid/team/app:1", "--no-cache", "--plain-http", env={"http_proxy": f"http://{host}"})
    ok(names(d) == good, "through a proxy", d)
    Fake.log.clear()
    code, out, err = run("scan", "image", ref, "--offline", wrap=(NO_NETWORK,))
    ok(code == 2 and "--offline" in err and not Fake.log, "--offline opens no connection for a registry", (code, err))
    server.shutdown()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def registry(extra, port):
    conf = {"version": 0.1, "log": {"level": "error"}, "storage": {"filesystem": {"rootdirectory": WORK + "/registry"}}}
    conf.update(extra)
    conf.setdefault("http", {})["addr"] = f"127.0.0.1:{port}"
    with open(f"registry-{port}.yml", "w") as f:
        json.dump(conf, f)
    p = subprocess.Popen(["docker-registry", "serve", f"registry-{port}.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return p
        except OSError:
            time.sleep(0.1)
    return p


def push(image, port, name, tag):
    import urllib.request

    def call(method, path, data=None, kind="application/octet-stream"):
        url = path if path.startswith("http") else f"http://127.0.0.1:{port}{path}"
        r = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": kind})
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(r)
    for b in image.packed + [image.config]:
        where = call("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
        call("PUT", where + ("&" if "?" in where else "?") + "digest=" + sha(b), b)
    call("PUT", f"/v2/{name}/manifests/{tag}", image.manifest, image.type)


def test_real_registry(image, doc):
    if not shutil.which("docker-registry"):
        skip("Debian's docker-registry", "docker-registry is not installed")
        return
    running = []
    try:
        plain = free_port()
        running.append(registry({}, plain))
        push(image, plain, "team/web", "1")
        d = listing(f"127.0.0.1:{plain}/team/web:1", "--no-cache")
        ok(names(d) == names(doc) and not d["problems"], "docker-registry on the loopback interface", d.get("error", d["problems"]))
        code, out, err = run("scan", "image", f"localhost:{plain}/team/web", "--no-cache")
        ok(code == 2 and "not there" in err, "docker-registry has no such tag", err)
        if shutil.which("openssl") and shutil.which("htpasswd"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
            with open("htpasswd", "wb") as f:
                f.write(subprocess.run(["htpasswd", "-Bbn", "bob", "secret"], stdout=subprocess.PIPE, check=True).stdout)
            tls = free_port()
            running.append(registry({"http": {"tls": {"certificate": WORK + "/ca.pem", "key": WORK + "/key.pem"}},
                                     "auth": {"htpasswd": {"realm": "here", "path": WORK + "/htpasswd"}}}, tls))
            ref, user = f"localhost:{tls}/team/web:1", {"SEAWALL_REGISTRY_USER": "bob:secret"}
            d = listing(ref, "--no-cache", "--ca-file", "ca.pem", env=user)
            ok(names(d) == names(doc), "docker-registry with TLS and a password", d.get("error", d["problems"]))
            code, out, err = run("scan", "image", ref, "--no-cache", env=user)
            ok(code == 2 and "certificate" in err and "--ca-file" in err, "a certificate that nobody signed is refused", err)
            d = listing(ref, "--no-cache", "--insecure-tls", env=user)
            ok(names(d) == names(doc), "unless told otherwise", d.get("error", d["problems"]))
            code, out, err = run("scan", "image", ref, "--no-cache", "--ca-file", "ca.pem", env={"SEAWALL_REGISTRY_USER": "bob:wrong"})
            ok(code == 2 and "denied" in err and "wrong" not in err, "a wrong password is told, and not shown", err)
            code, out, err = run("scan", "image", ref, "--no-cache", "--ca-file", "ca.pem")
            ok(code == 2 and "wants a user" in err, "no password at all", err)
        else:
            skip("docker-registry with TLS and a password", "openssl and htpasswd (apache2-utils) are needed")
    finally:
        for p in running:
            p.terminate()
            p.wait()


def rpm_database(megabytes):
    """rpmdb.sqlite, its log, and the names of the packages: half of them only in the log."""
    import sqlite3
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))
    import rpmdb
    path = tempfile.mkdtemp(dir=WORK) + "/rpmdb.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    blobs = rpmdb.packages(40)
    names = sorted(rpmdb.header(b)[1000] for b in blobs)
    filler = [rpmdb.make_header([(1000, 6, f"big{i}"), (1001, 6, "1"), (1002, 6, "1"), (1014, 6, "x" * (1 << 20))]) for i in range(megabytes)]
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs[:20] + filler])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.executemany("INSERT INTO Packages(blob) VALUES (?)", [(b,) for b in blobs[20:]])
    out = read(path), read(path + "-wal"), sorted(names + [f"big{i}" for i in range(megabytes)])
    db.close()
    return out


def test_pairs():
    """Files that are read as one, in any order, small and large, from archives, streams and folders."""
    mod = b"module m\ngo 1.15\nrequire example.org/a v1.0.0\n"
    total = b"example.org/a v1.0.0 h1:x=\nexample.org/b v1.2.0 h1:x=\n"
    for size in (0, 12):
        database, log, want = rpm_database(size)
        pair = [("var/lib/rpm/rpmdb.sqlite", database), ("var/lib/rpm/rpmdb.sqlite-wal", log)]
        source = [("src/go.mod", mod), ("src/go.sum", total), ("other/go.sum", total)]
        for order in (1, -1):
            image = Image([tar_of((pair + source)[::order])])
            shutil.rmtree("pair", ignore_errors=True)
            layout("pair", [image], [image.descriptor()])
            docker_archive("pair.tar", image)
            shutil.rmtree("pairfs", ignore_errors=True)
            os.mkdir("pairfs")
            with tarfile.open(fileobj=io.BytesIO(image.layers[0])) as t:
                t.extractall("pairfs")
            for name, d in (("layout", listing("pair", "--no-cache")), ("stream", listing("-", "--no-cache", stdin=read("pair.tar"))),
                            ("folder", listing("pairfs", kind="rootfs"))):
                got = sorted(p["name"] for p in d["packages"] if p["type"] == "rpm")
                go = sorted(f'{p["namespace"]}/{p["name"]} {p["version"]}' for p in d["packages"] if p["type"] == "golang")
                ok(got == want and go == ["example.org/a v1.0.0", "example.org/b v1.2.0"] and not d["problems"],
                   f"two files read as one, {size} MB, {name}, {'database' if order > 0 else 'log'} first",
                   f"{len(got)} of {len(want)}, {go}, {d['problems'][:3]} {d.get('error')}")
    image = Image([tar_of(pair[:1]), tar_of(pair[1:])])
    shutil.rmtree("pair")
    layout("pair", [image], [image.descriptor()])
    d = listing("pair", "--no-cache")
    ok(len(d["problems"]) == 1 and "another layer" in d["problems"][0]["reason"], "a log without its database is told", d["problems"])
    image = Image([tar_of(pair + [("var/lib/rpm/rpmdb.sqlite-wal", b"")])])
    shutil.rmtree("pair")
    layout("pair", [image], [image.descriptor()])
    d = listing("pair", "--no-cache")
    got = sorted(p["name"] for p in d["packages"])
    ok(len(got) == 20 + 12 and not d["problems"], "the last log of a name counts", (len(got), d["problems"]))


def test_no_network():
    for name, args in (("an archive", ("image", "docker.tar")), ("a layout", ("image", "oci")), ("a folder", ("rootfs", "rootfs"))):
        if not os.path.exists(args[1]):
            skip(f"{name} is scanned without a network", "no Debian system here")
            continue
        code, out, err = run("scan", *args, "--fail-on", "never", wrap=(NO_NETWORK,))
        ok(code == 0, f"{name} is scanned without a network", (code, err))


def main():
    try:
        made = test_inventory()
        if made:
            test_sources(*made)
        test_odd_archives()
        test_skopeo_folder()
        test_choice()
        test_pairs()
        test_judgement()
        test_fake_registry()
        if made:
            test_real_registry(*made)
        test_no_network()
    finally:
        os.chdir("/")
        shutil.rmtree(WORK, ignore_errors=True)
    T.end()


signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
main()
