#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Debian system, made here with mmdebstrap, plus npm, Python and Go contents, scanned as an image: the inventory
is dpkg-query's (run inside), npm's and Python's own, and every finding is one that a matcher written independently
(tests/conformance/image_reference.py) makes of the same feeds. Debian's feed is made here, of the changelogs inside
and of every state that the tracker knows.
usage: debian.py SEAWALL"""
import fcntl, gzip, importlib.metadata, json, os, random, re, shutil, signal, struct, subprocess, sys, tarfile, tempfile, time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))
SEAWALL = os.path.abspath(sys.argv[1])
import image_reference  # noqa: E402
from made import Image, layout, tar_of  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap  # noqa: E402

FEEDS = SHARED + "/advisories/feeds.tar.zst"
USED = ("govulndb", "pypa", "nodejs", "retire/repository/npmrepository.json", "kev")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "seawall-tests")
INCLUDE = "ca-certificates,python3-jinja2"
NPM = ("lodash@4.17.15", "axios@0.21.0", "minimist@1.2.0", "handlebars@4.0.0", "express@4.16.0", "@babel/core@7.1.0")
GO_RELEASE = "1.19.8"
T = Tap()
ok, skip = T.ok, T.skip


# ---- making: kept between runs for a week ----

def kept(name, make):
    """A file of the cache, made by make(path) when it is missing or old. (path, why not)."""
    os.makedirs(CACHE, exist_ok=True)
    path = os.path.join(CACHE, name)
    with open(path + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(path) and time.time() - os.path.getmtime(path) < 7 * 86400:
            return path, ""
        why = make(path + ".new")
        if not why:
            os.rename(path + ".new", path)
            return path, ""
        if os.path.exists(path + ".new"):
            os.remove(path + ".new")
        return (path, "") if os.path.exists(path) else (None, why)


def make_debian(path):
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is not installed"
    p = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--format=tar", "--include=" + INCLUDE, "bookworm", path],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400)
    return "" if p.returncode == 0 else "mmdebstrap could not make a system: " + (p.stdout.strip().splitlines() or ["no reason"])[-1]


def make_npm(path):
    if not shutil.which("npm"):
        return "npm is not installed"
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/app")
        with open(tmp + "/app/package.json", "w") as f:
            json.dump({"name": "shop", "version": "1.0.0"}, f)
        try:
            p = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *NPM], cwd=tmp + "/app",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
        except subprocess.TimeoutExpired:
            return "npm did not answer"
        if p.returncode:
            return "npm could not install: " + (p.stdout.strip().splitlines() or ["no reason"])[-1]
        with tarfile.open(path, "w") as t:
            t.add(tmp + "/app", "app")
    return ""


def buildinfo(modules):
    """An ELF file with nothing but Go's build information, as go 1.18 and later write it."""
    def text(s):
        n, out = len(s), b""
        while n >= 0x80:
            out += bytes([n & 0x7f | 0x80])
            n >>= 7
        return out + bytes([n]) + s
    lines = "path\texample.org/tool\nmod\texample.org/tool\t(devel)\t\n" + "".join(f"dep\t{m}\t{v}\th1:x\n" for m, v in modules)
    info = (b"\xff Go buildinf:\x08\x02" + bytes(16) + text(("go" + GO_RELEASE).encode()) +
            text(b"0w\xaf\f\x92t\b\x02A\xe1\xc1\a\xe6\xd6\x18\xe6" + lines.encode() + b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"))
    names = b"\0.go.buildinfo\0.shstrtab\0"
    at = 64
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1" + bytes(9), 2, 62, 1, 0, 0, at + len(info) + len(names), 0, 64, 0, 0, 64, 3, 2)
    def section(name, kind, offset, size, align):
        return struct.pack("<IIQQQQIIQQ", name, kind, 2 if kind == 1 and align == 16 else 0, 0, offset, size, 0, 0, align, 0)
    return (head + info + names + section(0, 0, 0, 0, 0) + section(1, 1, at, len(info), 16) +
            section(15, 3, at + len(info), len(names), 1)).ljust(8192, b"\0")


# ---- what is inside, by others' tools ----

def dpkg_says(root):
    fmt = "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n"
    if os.geteuid() == 0:
        cmd = ["chroot", root, "dpkg-query", "-W", "-f", fmt]
    else:
        cmd = ["dpkg-query", "--admindir", root + "/var/lib/dpkg", "-W", "-f", fmt]
    out = subprocess.run(cmd, stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted(tuple(l.split("|")[1:]) for l in out.splitlines() if l[1] != "n")


def npm_says(app):
    """Every package of the tree, with its version, as npm itself lists it."""
    out = subprocess.run(["npm", "ls", "--all", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=app).stdout
    found = set()

    def walk(d):
        for name, dep in d.get("dependencies", {}).items():
            if dep.get("version"):
                found.add((name, dep["version"]))
            walk(dep)
    walk(json.loads(out))
    return sorted(found)


# ---- Debian's tracker ----

def changelog_fixes(root, source_of):
    """(source, CVE, version) of every changelog inside."""
    out = set()
    for package, source in source_of.items():
        path = f"{root}/usr/share/doc/{package}/changelog.Debian.gz"
        if os.path.islink(path) or not os.path.exists(path):
            continue
        version = None
        for line in gzip.open(path, "rt", errors="replace"):
            m = re.match(r"^(\S+) \(([^)]+)\) ", line)
            if m:
                version = m.group(2)
            for cve in re.findall(r"CVE-\d{4}-\d{4,}", line):
                out.add((source, cve, version))
    return sorted(out)


def tracker_of(root, packages, rnd):
    sources = sorted({(p[3], p[4]) for p in packages})
    tracker = {}

    def say(source, flaw, release, **r):
        d = tracker.setdefault(source, {}).setdefault(flaw, {"description": f"a flaw of {source}", "releases": {}})
        d["releases"].setdefault(release, dict({"repositories": {}}, **r))
    for source, cve, version in changelog_fixes(root, {p[0]: p[3] for p in packages}):
        say(source, cve, "bookworm", status="resolved", fixed_version=version, urgency="not yet assigned")
    n = 0
    for source, version in sources:
        states = [
            {"status": "open", "urgency": "not yet assigned"},
            {"status": "open", "urgency": "unimportant"},
            {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": ""},
            {"status": "open", "urgency": "medium**", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
            {"status": "open", "urgency": "high", "nodsa": "Too intrusive to backport", "nodsa_reason": "ignored"},
            {"status": "open", "urgency": "end-of-life"},
            {"status": "undetermined", "urgency": "not yet assigned"},
            {"status": "resolved", "fixed_version": "0", "urgency": "low"},
            {"status": "resolved", "fixed_version": version, "urgency": "high"},
            {"status": "resolved", "fixed_version": version + "+deb12u9", "urgency": "high"},
            {"status": "resolved", "fixed_version": version + "~rc1", "urgency": "medium"},
            {"status": "resolved", "fixed_version": version + ".1", "urgency": "not yet assigned"},
            {"status": "resolved", "fixed_version": "9:" + version.rpartition(":")[2], "urgency": "low*"},
        ]
        for state in rnd.sample(states, rnd.randrange(len(states) + 1)):
            n += 1
            flaw = f"CVE-2031-{n + 10000}"
            say(source, flaw, "bookworm", **state)
            say(source, flaw, rnd.choice(["bullseye", "trixie", "sid"]), **rnd.choice(states))
        say(source, f"CVE-2032-{n + 10000}", "trixie", status="open", urgency="high")
    return tracker


# ---- comparing ----

def run(*args):
    p = subprocess.run([SEAWALL, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                       env=dict(os.environ, XDG_CACHE_HOME=WORK + "/cache", NO_COLOR="1"))
    return p.returncode, p.stdout, p.stderr


STATES = (("fixed in ", "available"), ("it will not be fixed", "wont"), ("a fix is put off", "deferred"), ("no fixed version is known", "none"),
          ("the vendor is still looking into it", "unsure"))


def told(findings):
    """{(type, name, version): {flaw: (fixed, state, severity)}}"""
    out = {}
    for f in findings:
        rule = f["rule"]
        purl = f.get("subject", {}).get("package", "")
        if rule.startswith("SW-") or not purl:
            continue
        kind, _, rest = purl[4:].partition("/")
        path, _, version = rest.partition("?")[0].rpartition("@")
        name = urllib.parse.unquote(path if kind != "deb" else path.rpartition("/")[2])
        version = urllib.parse.unquote(version)
        text = f["message"].partition(": ")[2]
        state = next(s for prefix, s in STATES if text.startswith(prefix))
        fixed = text[len("fixed in "):].partition(";")[0] if state == "available" else ""
        if name == "stdlib":
            version = version.lstrip("v")
        out.setdefault((kind, name, version), {})[rule] = (fixed, state, f["severity"])
    return out


def compare(kind, want, got):
    keys = sorted(k for k in set(want) | set(got) if k[0] == kind)
    wrong = []
    for k in keys:
        a, b = want.get(k, {}), got.get(k, {})
        if kind != "deb":
            a, b = set(a), set(b)
        if a != b:
            wrong.append(f"{k}: missing {sorted(set(a) - set(b))[:4]} extra {sorted(set(b) - set(a))[:4]}" +
                         (f" other {[(f, a[f], b[f]) for f in a if f in b and a[f] != b[f]][:3]}" if kind == "deb" else ""))
    total = sum(len(v) for k, v in want.items() if k[0] == kind)
    ok(not wrong and total > 0, f"{kind}: {total} flaws in {len(keys)} packages, and no other", f"{len(wrong)} of {len(keys)} packages\n" + "\n".join(wrong))


def contents(rnd, languages):
    """Layers of Python and Go, and of npm packages by hand; what is in them as (type, name, version, path)."""
    py = languages.sample(rnd, "pypi", 120)
    go = sorted(set(languages.sample(rnd, "golang", 120)))
    npm = languages.sample(rnd, "npm", 150)
    site = "usr/local/lib/python3.11/site-packages/"
    files, taken = [], set()
    for i, (name, v) in enumerate(py):
        folder = f"{site}v{i}/{name.replace('-', '_')}-{v}.dist-info/"
        files += [(folder + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {v}\n\ntext\n".encode()), (folder + "RECORD", b"")]
    js = [(f"srv/v{i}/node_modules/{n}/package.json", json.dumps({"name": n, "version": v}).encode()) for i, (n, v) in enumerate(npm)]
    tools = []
    while go:  # a program has one version of a module
        names, part = set(), []
        for m, v in list(go):
            if m not in names:
                names.add(m)
                part.append((m, "v" + v))
                go.remove((m, v))
        tools.append((f"usr/local/bin/tool{len(tools)}", buildinfo(part), part))
    gone = [i for i in range(0, len(npm), 10)]
    hide = [(f"srv/v{i}/.wh.node_modules", b"") for i in gone]
    layers = [tar_of(files), tar_of(js), tar_of([(p, d) for p, d, _ in tools]), tar_of(hide)]
    inside = {("pypi", n, v) for n, v in py}
    inside |= {("npm", n, v) for i, (n, v) in enumerate(npm) if i not in gone}
    inside |= {("golang", m, v) for _, _, part in tools for m, v in part} | {("golang", "stdlib", GO_RELEASE)}
    return layers, inside


def unpack(tar, root):
    os.makedirs(root)
    subprocess.run(["tar", "-xf", tar, "-C", root, "--exclude=./dev/*"] + ([] if os.geteuid() == 0 else ["--no-same-owner"]), check=True,
                   stderr=subprocess.DEVNULL)


def inventory(root, doc, base_tar, npm_tar, inside):
    packages = dpkg_says(root)
    got = sorted((p["name"], p["version"], p["arch"], p.get("source", p["name"]), p.get("sourceVersion", p["version"]))
                 for p in doc["packages"] if p["type"] == "deb")
    ok(got == packages and len(packages) > 80, f"all {len(packages)} packages are dpkg-query's, run inside",
       str([x for x in packages if x not in got][:5]) + str([x for x in got if x not in packages][:5]))

    def full(p, sep="/"):
        return (p["namespace"] + sep if p.get("namespace") else "") + p["name"]
    real = set()
    if npm_tar:
        with tarfile.open(npm_tar) as t:
            t.extractall(root)
        said = npm_says(root + "/app")
        mine = sorted({(full(p), p["version"]) for p in doc["packages"] if p["type"] == "npm" and p["path"].startswith("app/") and p.get("version")}
                      - {("shop", "1.0.0")})
        ok(mine == said and len(said) > 60, f"all {len(said)} npm packages are those of npm ls",
           str([x for x in said if x not in mine][:5]) + str([x for x in mine if x not in said][:5]))
        real = {("npm", n, v) for n, v in said}
    dist = {("pypi", d.metadata["Name"], d.version) for d in importlib.metadata.distributions(path=[root + "/usr/lib/python3/dist-packages"])}
    mine = {(p["type"], p["name"], p["version"]) for p in doc["packages"] if p["type"] == "pypi" and p["path"].startswith("usr/lib/python3/")}
    ok(mine == dist and dist, f"{len(dist)} Python packages that dpkg owns are importlib's", (mine ^ dist))
    mine = {(p["type"], full(p), p["version"]) for p in doc["packages"]
            if p["type"] in ("npm", "pypi", "golang") and p["path"].startswith(("srv/", "usr/local/")) and p.get("version", "") not in ("", "(devel)")}
    want = {("golang", n, v) if k == "golang" and n != "stdlib" else (k, n, v) for k, n, v in inside}
    mine = {(k, n, v.lstrip("v") if n == "stdlib" else v) for k, n, v in mine}
    ok(mine == want, f"{len(want)} npm, Python and Go packages of further layers, less those that a layer takes away", str(sorted(mine ^ want)[:8]))
    return packages, dist, real


def test():
    if not os.path.exists(FEEDS):
        return skip("a Debian image", "the shared feeds are not here")
    if not shutil.which("dpkg"):
        return skip("a Debian image", "there is no dpkg here")
    base, why = kept("debian-bookworm.tar", make_debian)
    if not base:
        return skip("a Debian image", why)
    npm_tar, why = kept("npm-tree.tar", make_npm)
    if not npm_tar:
        skip("npm's own listing", why)
    seed = int(os.environ.get("SW_SEED", "11"))
    rnd = random.Random(seed)
    os.mkdir("feeds")
    subprocess.run(["tar", "--zstd", "-xf", FEEDS, "-C", "feeds", *("./" + u for u in USED)], check=True)
    languages = image_reference.Languages("feeds")
    layers, inside = contents(rnd, languages)
    with open(base, "rb") as f:
        layers.insert(0, f.read())
    if npm_tar:
        with open(npm_tar, "rb") as f:
            layers.insert(1, f.read())
    image = Image(layers, pack=None)
    layout("oci", [image], [image.descriptor()])
    del layers, image
    code, out, err = run("scan", "image", "oci", "--list-packages", "-o", "json")
    doc = json.loads(out)
    unpack(base, "root")
    packages, dist, real = inventory("root", doc, base, npm_tar, inside)
    ok(doc["problems"] == [], "nothing is a problem", doc["problems"][:5])
    tracker = tracker_of("root", packages, rnd)
    os.mkdir("feeds/debian")
    with open("feeds/debian/tracker.json", "w") as f:
        json.dump(tracker, f)
    code, out, err = run("db", "build", "--feeds", "feeds", "-o", "v.db", "-q")
    ok(code == 0, "the database is built", err)
    code, out, err = run("scan", "image", "oci", "--db", "v.db", "--no-secrets", "-o", "json")
    got = told(json.loads(out)["findings"])
    want = {}
    for name, version, _, source, source_version in packages:
        want[("deb", name, version)] = image_reference.debian(tracker, "bookworm", source, source_version)
    for kind, name, version in inside | real:
        want[(kind, name, version)] = languages.judge(kind, name, version.lstrip("v") if kind == "golang" else version) or {}
    want = {k: v for k, v in want.items() if v}
    for kind in ("deb", "npm", "pypi", "golang"):
        compare(kind, want, got)
    hit = [d for d in dist if languages.judge(*d)]
    ok(hit and not [d for d in dist if d in got], "what dpkg owns is not judged as a Python package: " + ", ".join(d[1] for d in hit), hit)


WORK = tempfile.mkdtemp(prefix="seawall-debian-")
signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))
try:
    os.chdir(WORK)
    test()
finally:
    os.chdir("/")
    shutil.rmtree(WORK, ignore_errors=True)
T.end()
