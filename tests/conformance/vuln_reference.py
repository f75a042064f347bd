#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the database of the shared feeds and compares its matches with a matcher written here, from the
feeds' own files: no code and no order of versions in common. One TAP line per package and version that was
tried (summed up per ecosystem, a line per difference)."""
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

SEAWALL, MATCH = (sys.argv + ["", ""])[1:3]
FEEDS = os.path.join(SHARED, "advisories", "feeds.tar.zst")
USED = ("alma", "bitnami", "govulndb", "pypa")


# ---- orders of versions, each from its own specification ----
def semver(v):
    v = v.lstrip("vV")
    core, _, _ = v.partition("+")
    core, _, pre = core.partition("-")
    nums = [int(x) for x in re.findall(r"\d+", core)][:8]
    while nums and nums[-1] == 0:
        nums.pop()
    ids = [(0, int(x), "") if x.isdigit() else (1, 0, x) for x in pre.split(".")] if pre else []
    return (nums, 0 if pre else 1, ids)


def rpm_part(s):
    out = []
    for tok in re.findall(r"~|\^|\d+|[A-Za-z]+", s):
        if tok == "~":
            out.append((-1, 0, ""))
        elif tok == "^":
            out.append((1, 0, ""))
        elif tok.isdigit():
            out.append((3, int(tok), ""))
        else:
            out.append((2, 0, tok))
    return out + [(0, 0, "")]


def rpm(v):
    epoch, _, rest = v.rpartition(":")
    ver, _, rel = rest.rpartition("-")
    if not ver:
        ver, rel = rel, ""
    return (int(epoch or 0), rpm_part(ver), rpm_part(rel))


PEP = re.compile(r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?"
                 r"(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9._-]+))?$", re.I)


def pep440(v):
    m = PEP.match(v.strip())
    if not m:
        raise ValueError(v)
    epoch, release, pre, pren, post1, post, postn, dev, devn, local = m.groups()
    rel = [int(x) for x in release.split(".")]
    while len(rel) > 1 and rel[-1] == 0:
        rel.pop()
    inf = float("inf")
    kinds = {"a": "a", "alpha": "a", "b": "b", "beta": "b", "c": "rc", "rc": "rc", "pre": "rc", "preview": "rc"}
    has_post = post is not None or post1 is not None
    if pre:
        p = (0, kinds[pre.lower()], int(pren or 0))
    elif dev and not has_post:
        p = (-1, "", 0)
    else:
        p = (1, "", 0)
    q = int(post1 or postn or 0) if has_post else -1
    d = int(devn or 0) if dev else inf
    return (int(epoch or 0), rel, p, q, d)


ORDER = {"npm": semver, "golang": semver, "cargo": semver, "bitnami": lambda v: semver(v.partition("-")[0]),
         "pypi": pep440, "almalinux:8": rpm, "almalinux:9": rpm, "almalinux:10": rpm}


# ---- the feeds, read anew ----
def canonical(ids_of):
    """name -> CVE, where one CVE only is given."""
    out = {}
    for names in ids_of:
        cves = {n for n in names if n.startswith("CVE-")}
        if len(cves) == 1:
            cve = next(iter(cves))
            for n in names - cves:
                out[n] = cve if out.get(n, cve) == cve else None
    return {k: v for k, v in out.items() if v}


def intervals(events, key):
    evs = []
    for i, e in enumerate(events):
        for k, v in e.items():
            evs.append((k, v, i))
    rank = {"fixed": 0, "introduced": 1, "last_affected": 2, "limit": 3}
    zero = [e for e in evs if e[1] == "0"]
    evs = [e for e in evs if e[1] != "0"]
    evs.sort(key=lambda e: (key(e[1]), rank[e[0]], e[2]))
    evs = zero + evs  # "0" is before all versions, pre-releases of 0.0.0 too
    out, start, unused = [], None, None
    for k, v, _ in evs:
        # A fix that ended nothing, and a beginning at the same version: in no version.
        empty = unused is not None and key(unused) == key(v)
        unused = v if k == "fixed" and start is None else None
        if k == "introduced" and start is None:
            start = None if empty else v
        elif k == "fixed" and start is not None:
            out.append((start, v, None))
            start = None
        elif k == "last_affected" and start is not None:
            out.append((start, None, v))
            start = None
    if start is not None:
        out.append((start, None, None))
    return out


def inside(v, iv, key):
    low, fixed, last = iv
    k = key(v)
    if low != "0" and k < key(low):
        return False
    if fixed is not None:
        return k < key(fixed)
    return last is None or k <= key(last)


def osv_files(root):
    for base in USED:
        for folder, _, names in os.walk(os.path.join(root, base)):
            for n in sorted(names):
                yield base, os.path.join(folder, n)


def mini_yaml(text):
    """Enough of YAML for pypa's own writer: what is affected, aliases, id."""
    doc = {"affected": [], "aliases": []}
    section, part = None, ""
    for line in text.split("\n"):
        if re.match(r"^[a-z_]+:", line):
            section = line.split(":")[0]
            if section == "id":
                doc["id"] = line.split(":", 1)[1].strip()
            if section == "withdrawn":
                doc["withdrawn"] = True
            continue
        s = line.strip()
        unq = lambda x: x.strip().strip("'\"")
        if section in ("aliases", "upstream") and s.startswith("- "):
            doc.setdefault(section, []).append(unq(s[2:]))
        if section == "affected":
            if line.startswith("- "):
                doc["affected"].append({"package": {}, "ranges": [], "versions": []})
            if not doc["affected"]:
                continue
            a = doc["affected"][-1]
            m = re.match(r"^ {4}(name|ecosystem): (.*)", line)
            if m:
                a["package"][m.group(1)] = unq(m.group(2))
            part = line.strip()[:-1] if re.match(r"^(- |  )[a-z_]+:$", line) else part
            part = part.removeprefix("- ")
            if part == "ranges" and line.startswith("  - "):
                a["ranges"].append({"events": []})
            m = re.match(r"^  (?:- |  )type: (.*)", line)
            if m and part == "ranges":
                a["ranges"][-1]["type"] = unq(m.group(1))
            m = re.match(r"^    - (introduced|fixed|last_affected|limit): (.*)", line)
            if m and a["ranges"]:
                a["ranges"][-1]["events"].append({m.group(1): unq(m.group(2))})
            m = re.match(r"^  - (.*)", line)
            if m and part == "versions":
                a["versions"].append(unq(m.group(1)))
    return doc


def load(root):
    records = []
    for base, path in osv_files(root):
        text = open(path, encoding="utf-8").read()
        if path.endswith(".json"):
            d = json.loads(text)
        elif path.endswith((".yaml", ".yml")):
            d = mini_yaml(text)
        else:
            continue
        if isinstance(d, dict) and d.get("affected") and not d.get("withdrawn"):
            records.append((base, d))
    return records


def eco_of(name):
    if name.startswith("AlmaLinux:"):
        return "almalinux:" + name.split(":")[1]
    return {"Go": "golang", "PyPI": "pypi", "npm": "npm", "Bitnami": "bitnami", "crates.io": "cargo"}.get(name)


def norm(eco, name):
    if eco == "pypi":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if eco == "bitnami" else name


def index(records):
    table = {}
    ids_of = []
    for base, d in records:
        if base != "alma":
            ids_of.append({d["id"], *d.get("aliases", []), *d.get("upstream", [])})
    canon = canonical(ids_of)
    for base, d in records:
        names = list(dict.fromkeys(d.get("aliases", []) + d.get("upstream", []) + (d.get("related", []) if base == "alma" else [])))
        if base == "alma":
            flaws = {canon.get(n, n) for n in names} or {d["id"]}
        else:
            all_names = [d["id"]] + names
            flaws = {n for n in all_names if n.startswith("CVE-")}
            flaws = flaws or {canon[n] for n in all_names if n in canon}
            if not flaws:
                ghsa = [n for n in all_names if n.startswith("GHSA-")]
                flaws = {ghsa[0] if ghsa else d["id"]}
        for a in d["affected"]:
            pkg = a.get("package") or {}
            eco = eco_of(pkg.get("ecosystem", ""))
            if eco not in ORDER:
                continue
            ranges = [r for r in a.get("ranges", []) if r.get("type") != "GIT" and r.get("events")]
            try:
                ivs = [iv for r in ranges for iv in intervals(r["events"], ORDER[eco])]
            except ValueError:
                ivs = None
            # What is listed is affected as well, but for what a range names as its fix (CleanStart).
            fixes = {e.get("fixed") for r in ranges for e in r["events"]}
            versions = [v for v in a.get("versions") or [] if v not in fixes]
            table.setdefault((eco, norm(eco, pkg["name"])), []).append((flaws, ivs, versions))
    return table


def minor(version):
    """el9_2: the fix of one minor release is not held against builds of another that has its own."""
    m = re.search(r"\.(el\d+_\d+)", version or "")
    return m.group(1) if m else None


def same(a, b, key):
    try:
        return a == b or key(a) == key(b)
    except ValueError:
        return False


def expected(eco, rows, version):
    out = set()
    key = ORDER[eco]
    module = "module" in version
    own, closed = minor(version) if eco.startswith("almalinux") else None, set()
    for flaws, ivs, _ in rows:
        for iv in ivs or []:
            if own and minor(iv[1]) == own and ("module" in iv[1]) == module and key(version) >= key(iv[1]):
                closed |= flaws
    for flaws, ivs, versions in rows:
        if ivs is None:
            return None
        for iv in ivs:
            bound = iv[1] or iv[2]
            if eco.startswith("almalinux") and bound and ("module" in bound) != module:
                continue
            if inside(version, iv, key):
                out |= flaws - closed if minor(iv[1]) != own else flaws
        if any(same(v, version, key) for v in versions):
            out |= flaws
    return out


def candidates(rows, rnd):
    seen = set()
    for _, ivs, versions in rows:
        for iv in ivs or []:
            seen.update(x for x in iv if x and x != "0")
        seen.update(versions[:3])
    pool = sorted(seen)
    return rnd.sample(pool, min(4, len(pool))) + ["0.0.1", "999.0.0"]


def packages(table, rnd):
    by_eco = {}
    for (eco, name), rows in sorted(table.items()):
        by_eco.setdefault(eco, []).append((name, rows))
    tried = []
    for eco, names in by_eco.items():
        for name, rows in (names if len(names) < 400 else rnd.sample(names, 400)):
            for v in candidates(rows, rnd):
                try:
                    want = expected(eco, rows, v)
                except ValueError:
                    continue
                if want is not None and v not in ("v0.0.0",):
                    tried.append((eco, name, v, want))
    return tried


def run(db, eco, items):
    kind = "rpm" if eco.startswith("almalinux") else eco
    distro = eco.split(":") if ":" in eco else ["none", ""]
    lines = []
    for _, name, v, _ in items:
        ns, _, short = name.rpartition("/")
        lines.append("\t".join([kind, ns, short, v, "", ""]))
    out = subprocess.run([MATCH, db, *distro], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    got = {}
    for line in out.stdout.splitlines():
        f = line.split("\t")
        if f[0] != "gap":
            got.setdefault(((f[1] + "/" if f[1] else "") + f[2], f[3]), set()).add(f[4])
    return got


def main():
    if not os.path.exists(FEEDS):
        return skip_all("advisories", "the shared feeds are not here")
    rnd = random.Random(7)
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run(["tar", "--zstd", "-xf", os.path.abspath(FEEDS), "-C", tmp, *("./" + u for u in USED)], check=True)
        db = os.path.join(tmp, "v.db")
        subprocess.run([SEAWALL, "db", "build", "--feeds", tmp, "-o", db, "-q"], check=True, stdout=subprocess.DEVNULL)
        tried = packages(index(load(tmp)), rnd)
        tap = Tap()
        by_eco = {}
        for t in tried:
            by_eco.setdefault(t[0], []).append(t)
        for eco, items in sorted(by_eco.items()):
            got = run(db, eco, items)
            for _, name, v, want in items:
                have = got.get((name, v), set())
                tap.ok(want == have, f"{eco} {name} {v}: {len(want)} flaws",
                       f"missing {sorted(want - have)[:5]} extra {sorted(have - want)[:5]}")
        return tap.end()


if __name__ == "__main__":
    sys.exit(main())
