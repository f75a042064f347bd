#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seawall verify for images in an OCI layout: signatures as cosign stores them, made here with openssl; each also
forged in every way that comes to mind. Prints TAP."""
import base64
import hashlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
TOP = tempfile.mkdtemp(prefix="seawall-sign-")
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
T = Tap()


def openssl(*args, data=None):
    done = subprocess.run(["openssl", *args], input=data, capture_output=True, check=True, cwd=TOP)
    return done.stdout


def keys():
    for name, args in (("p256", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                       ("p384", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
                       ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
                       ("ed", ["-algorithm", "ED25519"]),
                       ("other", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])):
        openssl("genpkey", *args, "-out", name + ".key")
        openssl("pkey", "-in", name + ".key", "-pubout", "-out", name + ".pub")


def sign(key, data):
    path = os.path.join(TOP, "message")
    with open(path, "wb") as f:
        f.write(data)
    if key == "ed":
        return openssl("pkeyutl", "-sign", "-rawin", "-inkey", "ed.key", "-in", "message")
    return openssl("dgst", "-sha256", "-sign", key + ".key", "message")


def b64(data):
    return base64.b64encode(data).decode()


class Layout:
    def __init__(self, name):
        self.dir = os.path.join(TOP, name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(os.path.join(self.dir, "blobs/sha256"))
        self.manifests = []
        config = self.blob(b"{}")
        self.image = self.manifest({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})
        self.manifests.append(dict(self.image, annotations={"org.opencontainers.image.ref.name": "1.0"}))

    @property
    def digest(self):
        return self.image["digest"]

    def blob(self, data, media="application/octet-stream"):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.dir, "blobs/sha256", digest), "wb") as f:
            f.write(data)
        return {"mediaType": media, "digest": "sha256:" + digest, "size": len(data)}

    def manifest(self, value):
        return self.blob(json.dumps(value).encode(), MANIFEST)

    def add(self, layers, suffix=".sig", subject=None, tag=True, name=None):
        value = {"schemaVersion": 2, "mediaType": MANIFEST, "config": self.blob(b"{}"), "layers": layers}
        if subject:
            value["subject"] = {"mediaType": MANIFEST, "digest": subject, "size": 1}
        desc = self.manifest(value)
        if tag:
            desc["annotations"] = {"org.opencontainers.image.ref.name": name or self.digest.replace(":", "-") + suffix}
        self.manifests.append(desc)

    def write(self):
        with open(os.path.join(self.dir, "index.json"), "w") as f:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, f)
        with open(os.path.join(self.dir, "oci-layout"), "w") as f:
            f.write('{"imageLayoutVersion":"1.0.0"}')
        return self.dir


def payload(digest, kind="cosign container image signature"):
    return json.dumps({"critical": {"identity": {"docker-reference": "registry.example/app"},
                                    "image": {"docker-manifest-digest": digest}, "type": kind},
                       "optional": None}).encode()


def simple(layout, key, data=None, signature=None):
    data = data or payload(layout.digest)
    layer = layout.blob(data, SIMPLE)
    layer["annotations"] = {"dev.cosignproject.cosign/signature": signature or b64(sign(key, data))}
    return layer


def statement(digest, predicate="https://slsa.dev/provenance/v1", builder="https://ci.example/builder"):
    return {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "app", "digest": {"sha256": digest[7:]}}],
            "predicateType": predicate, "predicate": {"runDetails": {"builder": {"id": builder}}}}


def envelope(key, value, kind="application/vnd.in-toto+json"):
    body = json.dumps(value).encode()
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
    return {"payloadType": kind, "payload": b64(body), "signatures": [{"sig": b64(sign(key, pae))}]}


def attestation(layout, key, **kw):
    return layout.blob(json.dumps(envelope(key, statement(layout.digest, **kw))).encode(), DSSE)


def run(name, want, args, text=None, env=None):
    done = subprocess.run([SEAWALL, "verify", *args], capture_output=True, text=True, timeout=60, env=dict(os.environ, **(env or {})))
    good = done.returncode == want and (text is None or text in done.stdout + done.stderr)
    T.ok(good, name, f"exit {done.returncode}, want {want}" + (f" and \"{text}\"" if text else ""), done.stdout + done.stderr)


def pub(name):
    return ["--key", os.path.join(TOP, name + ".pub")]


def signatures():
    for key in ("p256", "p384", "rsa", "ed"):
        one = Layout("good-" + key)
        one.add([simple(one, key)])
        run(f"signature by {key}", 0, [one.write(), *pub(key)], "1 of 1 signatures hold")
        run(f"signature by {key}, another key given", 1, [one.dir, *pub("other")], "signature is wrong")
    one.add([], name="2.0-unrelated.sig")
    run("by tag", 0, [one.dir + ":1.0", *pub("ed")])
    run("by digest", 0, [one.dir + "@" + one.digest, *pub("ed")])
    run("oci: in front", 0, ["oci:" + one.dir, *pub("ed")])
    run("a tag that is not there", 2, ["oci:" + one.dir + ":9", *pub("ed")], "image")
    run("a log entry is demanded", 1, [one.dir, *pub("ed"), "--require-log"], "no transparency log")
    run("an identity is demanded of a key's signature", 1,
        [one.dir, "--identity", "me@example.org", "--issuer", "https://issuer.example"], "key must be given")
    run("nobody is named", 2, [one.dir], "whose signature")
    two = Layout("two")
    two.add([simple(two, "other"), simple(two, "p256")])
    run("two signatures, one of them ours", 0, [two.write(), *pub("p256")], "1 of 2 signatures hold")
    ref = Layout("referrer")
    ref.add([simple(ref, "p256")], subject=ref.digest, tag=False)
    run("a referrer", 0, [ref.write(), *pub("p256")])
    far = Layout("referrer-of-another")
    far.add([simple(far, "p256")], subject="sha256:" + "0" * 64)
    run("a referrer of another image under our tag", 1, [far.write(), *pub("p256")], "no signature of the image")


def forgeries():
    none = Layout("none")
    run("no signature at all", 1, [none.write(), *pub("p256")], "no signature of the image")
    lay = Layout("other-image")
    lay.add([simple(lay, "p256", payload("sha256:" + "1" * 64))])
    run("a signature of another image under our tag", 1, [lay.write(), *pub("p256")], "for another image")
    lay = Layout("other-type")
    lay.add([simple(lay, "p256", payload(lay.digest, "something else"))])
    run("a payload of another type", 1, [lay.write(), *pub("p256")], "not that of an image signature")
    lay = Layout("no-json")
    lay.add([simple(lay, "p256", b"not json")])
    run("a payload that is no JSON", 2, [lay.write(), *pub("p256")])
    lay = Layout("unsigned")
    layer = simple(lay, "p256")
    layer["annotations"] = {}
    lay.add([layer])
    run("a layer without a signature", 1, [lay.write(), *pub("p256")])
    lay = Layout("no-base64")
    lay.add([simple(lay, "p256", signature="!!")])
    run("a signature that is not base64", 2, [lay.write(), *pub("p256")], "base64")
    lay = Layout("swapped-blob")
    layer = simple(lay, "p256")
    lay.add([layer])
    lay.write()
    with open(os.path.join(lay.dir, "blobs/sha256", layer["digest"][7:]), "wb") as f:
        f.write(payload(lay.digest) + b" ")
    run("a blob that is not what its digest says", 1, [lay.dir, *pub("p256")], "digest")
    lay = Layout("swapped-image")
    lay.add([simple(lay, "p256")])
    lay.write()
    with open(os.path.join(lay.dir, "blobs/sha256", lay.digest[7:]), "ab") as f:
        f.write(b" ")
    run("an image that is not what its digest says", 1, [lay.dir, *pub("p256")], "digest")
    lay = Layout("escape")
    layer = simple(lay, "p256")
    layer["digest"] = "sha256:../../../../etc/passwd"
    lay.add([layer])
    run("a digest that leaves the layout", 2, [lay.write(), *pub("p256")], "not a digest")
    lay = Layout("broken-index")
    lay.write()
    with open(os.path.join(lay.dir, "index.json"), "w") as f:
        f.write('{"manifests": [')
    run("an index that is cut short", 2, [lay.dir, *pub("p256")], "index.json")
    lay = Layout("images")
    lay.manifests.append(dict(lay.manifest({"layers": []}), annotations={"org.opencontainers.image.ref.name": "2.0"}))
    run("two images and none is named", 2, [lay.write(), *pub("p256")], "several images")


def attestations():
    lay = Layout("att")
    lay.add([attestation(lay, "p256")], ".att")
    lay.write()
    run("an attestation is no signature", 1, [lay.dir, *pub("p256")], "--type")
    run("an attestation", 0, [lay.dir, *pub("p256"), "--type", "slsaprovenance"], "slsa.dev/provenance/v1")
    run("of another type", 1, [lay.dir, *pub("p256"), "--type", "spdx"], "not spdx")
    run("by another key", 1, [lay.dir, *pub("other"), "--type", "slsaprovenance"], "signature is wrong")
    run("type as a URI", 0, [lay.dir, *pub("p256"), "--type", "https://slsa.dev/provenance/v1"])
    other = Layout("att-other")
    other.add([other.blob(json.dumps(envelope("p256", statement("sha256:" + "2" * 64))).encode(), DSSE)], ".att")
    run("an attestation of another image", 1, [other.write(), *pub("p256"), "--type", "slsaprovenance"], "subjects")
    twice = Layout("att-two-signatures")
    env = envelope("p256", statement(twice.digest))
    env["signatures"].append(env["signatures"][0])
    twice.add([twice.blob(json.dumps(env).encode(), DSSE)], ".att")
    run("an envelope with two signatures", 2, [twice.write(), *pub("p256"), "--type", "slsaprovenance"], "exactly one")
    plain = Layout("bundle")
    bundle = {"mediaType": BUNDLE, "verificationMaterial": {"publicKey": {"hint": "x"}},
              "dsseEnvelope": envelope("p256", statement(plain.digest, "https://sigstore.dev/cosign/sign/v1"))}
    layer = plain.blob(json.dumps(bundle).encode(), BUNDLE)
    plain.add([layer], subject=plain.digest, tag=False)
    run("a bundle as referrer, but in no log", 1, [plain.write(), *pub("p256")], "transparency log")
    return lay


def policies(lay):
    def rego(name, text):
        path = os.path.join(TOP, name)
        with open(path, "w") as f:
            f.write(text)
        return ["--policy", path]

    base = [lay.dir, *pub("p256"), "--type", "slsaprovenance"]
    rule = 'input.predicate.runDetails.builder.id == "https://ci.example/builder"'
    run("policy allows", 0, base + rego("a.rego", f"package signature\nallow if {rule}\n"))
    run("policy does not allow", 1, base + rego("b.rego", "package signature\nallow if input.predicate.x == 1\n"),
        "does not allow")
    run("policy denies", 1, base + rego("c.rego", 'package p\ndeny contains "no" if input.signer.kind == "key"\n'), "no")
    run("policy of version 0", 0, base + ["--rego-version", "v0"] + rego("d.rego", f"package signature\nallow {{ {rule} }}\n"))
    run("policy without a verdict", 2, base + rego("e.rego", "package p\nx := 1\n"), "allow or deny")
    run("policy that cannot be read", 2, base + rego("f.rego", "package p\nallow if {"))
    run("policy without an attestation", 1, [os.path.join(TOP, "good-p256"), *pub("p256")] + rego("g.rego", "package p\nallow := true\n"),
        "without a statement")
    run("conflicting results are no permission", 2, base + rego("h.rego", "package p\nallow := true\nallow := false if input._type\n"))


def files():
    path = os.path.join(TOP, "file")
    with open(path, "wb") as f:
        f.write(b"artifact")
    for name, data in (("raw", sign("p256", b"artifact")), ("b64", b64(sign("p256", b"artifact")).encode() + b"\n")):
        sig = path + "." + name
        with open(sig, "wb") as f:
            f.write(data)
        run(f"bare signature, {name}", 0, [path, "--signature", sig, *pub("p256")])
        run(f"bare signature, {name}, wrong key", 1, [path, "--signature", sig, *pub("other")])
    run("bare signature without a key", 2, [path, "--signature", sig, "--identity", "a", "--issuer", "b"], "--key")
    run("no bundle beside the file", 2, [path, *pub("p256")], "no signature was found")
    run("no such file", 2, [path + ".not", *pub("p256")], path + ".not: No such file or directory")
    run("claim that does not exist", 2, [path, "--identity", "a", "--issuer", "b", "--claim", "x=y"], "no certificate")
    run("key and identity", 2, [path, "--identity", "a", *pub("p256")], "does not go with")
    run("private key", 2, [path, "--key", os.path.join(TOP, "p256.key")], "private")
    # Keys that lie elsewhere, and other kinds of keys and signatures: refused in words, never asked for.
    for key, text in (("awskms:///alias/x", "AWS KMS"), ("gcpkms://projects/x", "Google Cloud KMS"), ("azurekms://v/k", "Azure Key Vault"),
                      ("hashivault://k", "HashiCorp Vault"), ("k8s://ns/key", "Kubernetes Secret"), ("pkcs11:token=x", "PKCS #11"),
                      ("https://example.org/k.pub", "web server")):
        run("a key at " + key, 2, [path, "--signature", sig, "--key", key], text)
    with open(os.path.join(TOP, "p256.pub")) as k:
        run("a key in the environment", 0, [path, "--signature", sig, "--key", "env://SIGNER_KEY"], env={"SIGNER_KEY": k.read()})
    run("a variable that is not there", 2, [path, "--signature", sig, "--key", "env://SIGNER_KEY_THAT_IS_NOT"], "no such variable")
    for name, data, text in (("asc", b"-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n", "OpenPGP"),
                             ("gpg", b"\x89\x02\x33\x04\x00\x01\x08", "OpenPGP"),
                             ("sshsig", b"-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n", "OpenSSH"),
                             ("minisig", b"untrusted comment: signature\nRWQ\n", "minisign"),
                             ("p7s", b"-----BEGIN PKCS7-----\nabc\n-----END PKCS7-----\n", "PKCS #7")):
        other = path + "." + name
        with open(other, "wb") as f:
            f.write(data)
        run("a signature of another kind: " + name, 2, [path, "--signature", other, *pub("p256")], text)
        run("a bundle of another kind: " + name, 2, [path, "--bundle", other, *pub("p256")], text)
    for name, data, text in (("pgp", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n", "OpenPGP"),
                             ("ssh", b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@x\n", "OpenSSH")):
        other = path + "-key." + name
        with open(other, "wb") as f:
            f.write(data)
        run("a key of another kind: " + name, 2, [path, "--signature", sig, "--key", other], text)
    run("no artifact", 2, [path + "-not-there", "--signature", sig, *pub("p256")])


def put(host, kind, name, data, media="application/octet-stream"):
    """One blob or manifest into a registry."""
    if kind == "manifests":
        url, method = f"http://{host}/v2/app/manifests/{name}", "PUT"
    else:
        start = urllib.request.urlopen(urllib.request.Request(f"http://{host}/v2/app/blobs/uploads/", method="POST"), timeout=20)
        where = start.headers["Location"]
        url, method = where + ("&" if "?" in where else "?") + "digest=" + name, "PUT"
    urllib.request.urlopen(urllib.request.Request(url, data=data, method=method, headers={"Content-Type": media}), timeout=20)


def registry():
    if not shutil.which("docker-registry"):
        T.skip("registry", "docker-registry is not installed")
        return
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    conf = {"version": 0.1, "log": {"level": "error"}, "storage": {"filesystem": {"rootdirectory": TOP + "/registry"}},
            "http": {"addr": f"127.0.0.1:{port}"}}
    with open(TOP + "/registry.yml", "w") as f:
        json.dump(conf, f)
    server = subprocess.Popen(["docker-registry", "serve", TOP + "/registry.yml"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    host = f"127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://{host}/v2/", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        lay = Layout("pushed")
        lay.add([simple(lay, "p256")])
        lay.add([attestation(lay, "p256")], ".att")
        lay.write()
        for name in os.listdir(lay.dir + "/blobs/sha256"):
            with open(f"{lay.dir}/blobs/sha256/{name}", "rb") as f:
                put(host, "blobs", "sha256:" + name, f.read())
        for desc, tag in zip(lay.manifests, ("1.0", None, None)):
            tag = tag or desc["annotations"]["org.opencontainers.image.ref.name"]
            with open(f"{lay.dir}/blobs/sha256/{desc['digest'][7:]}", "rb") as f:
                put(host, "manifests", tag, f.read(), MANIFEST)
        image = f"docker://{host}/app"
        run("registry: by tag", 0, [image + ":1.0", *pub("p256")], "1 of 2 signatures hold")
        run("registry: by digest", 0, [image + "@" + lay.digest, *pub("p256")])
        run("registry: attestation", 0, [image + ":1.0", *pub("p256"), "--type", "slsaprovenance"])
        run("registry: another key", 1, [image + ":1.0", *pub("other")], "signature is wrong")
        run("registry: no such tag", 2, [image + ":9", *pub("p256")])
    finally:
        server.terminate()
        server.wait()


INDEX = "application/vnd.oci.image.index.v1+json"


class Referrers(http.server.BaseHTTPRequestHandler):
    """A registry with the referrers call, which answers as `mode` says."""
    layout, mode, password, log = None, "pages", None, []

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
        cls = type(self)
        cls.log.append(self.path)
        if self.path.startswith("http://"):
            self.path = "/" + self.path.split("/", 3)[3]
        if cls.password and self.headers.get("Authorization") != "Basic " + b64(cls.password.encode()):
            return self.answer(401, b"{}", WWW_Authenticate='Basic realm="here"')
        path, _, query = self.path.partition("?")
        parts = path.split("/")
        kind, name = parts[-2], parts[-1]
        if kind == "referrers":
            return self.referrers(name, query)
        refs = {m["annotations"]["org.opencontainers.image.ref.name"]: m["digest"] for m in cls.layout.manifests if "annotations" in m}
        digest = refs.get(name, name)
        file = os.path.join(cls.layout.dir, "blobs/sha256", digest[7:])
        if not digest.startswith("sha256:") or not os.path.exists(file):
            return self.answer(404, b"{}")
        with open(file, "rb") as f:
            return self.answer(200, f.read(), Content_Type=MANIFEST if kind == "manifests" else "application/octet-stream")

    def referrers(self, digest, query):
        mode, all_of = type(self).mode, [m for m in type(self).layout.manifests if "annotations" not in m]
        host = self.headers["Host"]
        if mode == "none":
            return self.answer(404, b"404 page not found")
        if mode == "people":
            return self.answer(200, b"<html>welcome</html>", Content_Type="text/html")
        if mode == "broken":
            return self.answer(200, b"{\"manifests\": [", Content_Type=INDEX)
        page = int(query.partition("page=")[2] or 0)
        body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": all_of[page:page + 1]}).encode()
        more = {}
        if page + 1 < len(all_of):
            to = f"/v2/app/referrers/{digest}?page={page + 1}"
            form = {"absolute": f"http://{host}{to}", "elsewhere": "http://registry.invalid" + to}.get(mode, to)
            more = {"Link": f'<{form}>; rel="next"'}
        if mode == "endless":
            more = {"Link": f'</v2/app/referrers/{digest}?page=0>; rel="next"'}
        self.answer(200, body, Content_Type=INDEX, **more)


def attached(ref, *args, env=None):
    done = subprocess.run([SEAWALL, "scan", "image", ref, "--list-attached", "-o", "json", *args], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, **(env or {})))
    try:
        return [(a["kind"], a.get("predicateType", a["type"]), a["signed"], "tag" in a) for a in json.loads(done.stdout)["attached"]]
    except ValueError:
        return done.stderr


def referrers():
    lay = Layout("referrers")
    lay.add([attestation(lay, "p256")], subject=lay.digest, tag=False)
    lay.add([simple(lay, "p256")], subject=lay.digest, tag=False)
    value = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/spdx+json", "config": lay.blob(b"{}"),
             "layers": [lay.blob(b'{"spdxVersion": "SPDX-2.3"}', "application/spdx+json")], "subject": {"mediaType": MANIFEST, "digest": lay.digest, "size": 1}}
    lay.manifests.append(lay.manifest(value))
    other = dict(value, subject={"mediaType": MANIFEST, "digest": "sha256:" + "3" * 64, "size": 1})
    lay.manifests.append(lay.manifest(other))  # a registry that says more than is true
    lay.write()
    Referrers.layout = lay
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Referrers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    image = f"docker://{host}/app:1.0"
    want = [("attestation", "https://slsa.dev/provenance/v1", True, False), ("sbom", "application/spdx+json", False, False),
            ("signature", SIMPLE, True, False)]
    try:
        for mode in ("pages", "absolute"):
            Referrers.mode = mode
            run(f"referrers: signature, {mode}", 0, [image, *pub("p256")], "1 of 2 signatures hold")
            run(f"referrers: attestation, {mode}", 0, [image, *pub("p256"), "--type", "slsaprovenance"], "slsa.dev/provenance/v1")
        got = attached(image)
        T.ok(sorted(got) == want, "referrers: all that is attached is listed, and nothing of another image", got)
        run("referrers: another key", 1, [image, *pub("other")], "signature is wrong")
        run("a name without docker:// in front", 0, [f"{host}/app:1.0", *pub("p256")])
        run("a name that is offline", 2, [f"{host}/app:1.0", *pub("p256"), "--offline"], "--offline")
        Referrers.mode = "elsewhere"
        run("referrers: a page on another host", 1, [image, *pub("p256")], "another host")
        Referrers.mode = "broken"
        run("referrers: an answer that is cut short", 2, [image, *pub("p256")])
        Referrers.mode = "endless"
        run("referrers: pages without end", 2, [image, *pub("p256")], "pages of referrers")
        for mode in ("none", "people"):
            Referrers.mode = mode
            run(f"a registry without referrers, {mode}", 1, [image, *pub("p256")], "no signature of the image")
        index = lay.blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [m for m in lay.manifests if "annotations" not in m]}).encode(), INDEX)
        lay.manifests.append(dict(index, annotations={"org.opencontainers.image.ref.name": lay.digest.replace(":", "-")}))
        run("a registry without referrers: the tag in their place", 0, [image, *pub("p256")], "1 of 2 signatures hold")
        T.ok(sorted(attached(image)) == [w[:3] + (True,) for w in want], "the same is listed", attached(image))
        Referrers.password = "alice:pass:word"
        run("a registry that wants a password", 1, [image, *pub("p256")], "wants a user")
        run("a password in the environment", 0, [image, *pub("p256")], env={"SEAWALL_REGISTRY_USER": "alice:pass:word"})
        run("a mirror", 0, ["registry.invalid/app:1.0", *pub("p256"), "--mirror", f"registry.invalid=http://{host}", "--registry-user", "alice:pass:word"])
        Referrers.password = None
        Referrers.log.clear()
        run("a proxy", 0, ["registry.invalid/app:1.0", *pub("p256"), "--plain-http"], env={"http_proxy": f"http://{host}", "no_proxy": ""})
        run("https where there is none", 2, ["registry.invalid/app:1.0", *pub("p256"), "--mirror", f"registry.invalid=https://{host}", "--ca-file", "/nonexistent"])
    finally:
        server.shutdown()
    kit = Layout("buildkit")
    att = kit.manifest({"schemaVersion": 2, "mediaType": MANIFEST, "config": kit.blob(b"{}"), "layers": [
        dict(kit.blob(b'{"predicateType": "https://spdx.dev/Document"}', "application/vnd.in-toto+json"), annotations={"in-toto.io/predicate-type": "https://spdx.dev/Document"})]})
    index = kit.blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
        dict(kit.image, platform={"os": "linux", "architecture": "amd64"}),
        dict(att, platform={"os": "unknown", "architecture": "unknown"},
             annotations={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": kit.digest})]}).encode(), INDEX)
    kit.manifests = [dict(index, annotations={"org.opencontainers.image.ref.name": "1.0"})]
    kit.write()
    got = attached("oci:" + kit.dir)
    T.ok(got == [("attestation", "https://spdx.dev/Document", False, False)], "what BuildKit put into the index", got)


def main():
    try:
        keys()
        signatures()
        forgeries()
        policies(attestations())
        files()
        registry()
        referrers()
    finally:
        shutil.rmtree(TOP)
    return T.end()


if __name__ == "__main__":
    sys.exit(main())
