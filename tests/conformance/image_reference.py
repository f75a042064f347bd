# SPDX-License-Identifier: Apache-2.0
"""A matcher of whole images, for tests to compare with: written from the feeds' own descriptions, with none of the
program's code or orders of versions. Debian is judged by dpkg itself (`dpkg --compare-versions`), language packages
by vuln_reference.py, npm by the ranges of node-semver as they are written below.

A verdict is (type, name, version, flaw); Debian's also carries the fixed version, the state of the fix and how
severe the distribution thinks it is."""
import glob
import json
import os
import re
import subprocess

import vuln_reference as osv

# ---- npm's ranges, pre-releases taken as versions like others ----


def bound(text):
    """'1.2.x' -> (parts that are given, pre-release)."""
    m = re.match(r"[v=\s]*([\dxX*]+)?(?:\.([\dxX*]+))?(?:\.([\dxX*]+))?(?:-?([0-9A-Za-z][0-9A-Za-z.-]*))?(?:\+.*)?$", text)
    if not m:
        raise ValueError(text)
    parts = []
    for g in m.groups()[:3]:
        if g is None or not g.isdigit():
            break
        parts.append(int(g))
    return parts, m.group(4)


def plain(parts, pre=None):
    return ".".join(str(x) for x in (parts + [0, 0, 0])[:3]) + ("-" + pre if pre else "")


def above(parts, at):
    """The first version after all that begin with parts[:at + 1]; pre-releases of it belong to it."""
    up = parts[:at + 1]
    up[at] += 1
    return plain(up, "0")


def comparator(op, text):
    parts, pre = bound(text)
    if not parts:
        return [] if op in ("", "=", "^", "~", ">=", "<=") else [("<", "0.0.0-0")]
    full = len(parts) == 3
    if op == "^":
        at = next((i for i, x in enumerate(parts) if x), len(parts) - 1)
        return [(">=", plain(parts, pre or (None if full else "0"))), ("<", above(parts, at))]
    if op in ("~", "~>"):
        return [(">=", plain(parts, pre or (None if full else "0"))), ("<", above(parts, min(1, len(parts) - 1)))]
    if full:
        return [(op or "=", plain(parts, pre))]
    if op in ("", "="):
        return [(">=", plain(parts, "0")), ("<", above(parts, len(parts) - 1))]
    if op == ">":
        return [(">=", above(parts, len(parts) - 1))]
    if op == "<=":
        return [("<", above(parts, len(parts) - 1))]
    return [(op, plain(parts, "0"))]


def npm_range(text):
    alts = []
    for alt in text.split("||"):
        alt = re.sub(r"([<>=~^]+)\s+", r"\1", alt.strip())
        cs = []
        hyphen = re.match(r"(\S+)\s+-\s+(\S+)$", alt)
        if hyphen:
            cs = comparator(">=", hyphen.group(1)) + comparator("<=", hyphen.group(2))
        else:
            for word in re.split(r"[\s,]+", alt):
                m = re.match(r"(<=|>=|<|>|=|\^|~>|~)?(.*)$", word)
                if word:
                    cs += comparator(m.group(1) or "", m.group(2))
        alts.append(cs)
    return alts


def exact(v):
    """semver, with pre-releases of 0.0.0 too, and the numbers padded."""
    return osv.semver(v)


def npm_inside(alts, v):
    test = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
            "=": lambda a, b: a == b}
    return any(all(test[op](exact(v), exact(b)) for op, b in cs) for cs in alts)


def npm_affected(bad, good, v):
    """What is patched counts where the vulnerable range is open at its upper end, and not against it elsewhere."""
    closed = [cs for cs in bad if any(op in ("<", "<=", "=") for op, _ in cs)]
    opened = [cs for cs in bad if cs not in closed]
    return npm_inside(closed, v) or (npm_inside(opened, v) and not npm_inside(good, v))


def load_npm(root):
    """(names, package, predicate, bounds) out of security-wg and Retire.js."""
    out = []
    for path in sorted(glob.glob(root + "/nodejs/vuln/npm/*.json")):
        with open(path, encoding="utf-8") as f:
            d = json.load(f)
        if "module_name" not in d:
            continue
        text = d.get("vulnerable_versions") or "*"
        try:
            alts = npm_range("*" if text.strip().lower() == "all" else text)
            good = npm_range(d["patched_versions"]) if d.get("patched_versions") else []
        except ValueError:
            continue
        out.append(([f"NSWG-ECO-{d['id']}"] + (d.get("cves") or []), d["module_name"], lambda v, a=alts, g=good: npm_affected(a, g, v),
                    [b for cs in alts for _, b in cs]))
    for path in sorted(glob.glob(root + "/retire/repository/npmrepository.json")):
        with open(path, encoding="utf-8") as f:
            repo = json.load(f)
        for name, lib in repo.items():
            if name == "retire-example":
                continue
            for i, v in enumerate(lib.get("vulnerabilities", [])):
                ids = v.get("identifiers", {})
                names = ids.get("CVE", []) + ([ids["githubID"]] if ids.get("githubID") else [])
                low, over, high = v.get("atOrAbove"), v.get("above"), v.get("below")
                if not (low or over or high):
                    continue

                def inside(x, low=low, over=over, high=high):
                    k = exact(x)
                    return not (low and k < exact(low) or over and k <= exact(over) or high and k >= exact(high))
                out.append((names or [f"RETIRE-{name}-{i + 1}"], name, inside, [b for b in (low, over, high) if b]))
    return out


def flaws_of(names, canon):
    flaws = {n for n in names if n.startswith("CVE-")}
    flaws = flaws or {canon[n] for n in names if n in canon}
    if not flaws:
        ghsa = [n for n in names if n.startswith("GHSA-")]
        flaws = {ghsa[0] if ghsa else names[0]}
    return flaws


class Languages:
    """npm, PyPI and Go, out of the feeds below a folder."""

    def __init__(self, root):
        records = [(base, d) for base, d in osv.load(root) if base in ("govulndb", "pypa")]
        npm = load_npm(root)
        canon = osv.canonical([{d["id"], *d.get("aliases", []), *d.get("upstream", [])} for _, d in records] +
                              [set(names) for names, *_ in npm])
        self.osv = osv.index(records)
        self.npm = {}
        for names, package, inside, bounds in npm:
            self.npm.setdefault(package, []).append((flaws_of(names, canon), inside, bounds))

    def judge(self, kind, name, version):
        """The flaws of a package, or None when this matcher does not know."""
        try:
            if kind == "npm":
                return set().union(*(f for f, inside, _ in self.npm.get(name, []) if inside(version)))
            eco = {"pypi": "pypi", "golang": "golang"}[kind]
            return osv.expected(eco, self.osv.get((eco, osv.norm(eco, name)), []), version)
        except ValueError:
            return None

    def sample(self, rnd, kind, n):
        """Packages with versions at and beside the bounds of their advisories."""
        if kind == "npm":
            pool = {name: sorted({b for _, _, bs in rows for b in bs}) for name, rows in self.npm.items()}
        else:
            pool = {name: [v for v in osv.candidates(rows, rnd)] for (eco, name), rows in sorted(self.osv.items())
                    if eco == kind and name not in ("stdlib", "toolchain")}
        out = []
        for name in rnd.sample(sorted(pool), min(n, len(pool))):
            for v in pool[name][:4] + (["0.0.2", "9.9.9"] if kind == "npm" else []):
                if kind == "npm" and not re.match(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$", v):
                    continue
                if kind == "golang" and not re.match(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$", v):
                    continue
                if not v.endswith("-0") and self.judge(kind, name, v) is not None:
                    out.append((name, v))
        return out


# ---- Debian: the tracker's JSON ----

def dpkg_less(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "lt", b], check=False).returncode == 0


SEVERITY = {"unimportant": "info", "low": "low", "medium": "medium", "high": "high"}


def debian(tracker, release, source, version):
    """{flaw: (fixed, state, severity)} of a source package in a release (a codename)."""
    out = {}
    for flaw, d in tracker.get(source, {}).items():
        r = d.get("releases", {}).get(release)
        if not r or r.get("fixed_version") == "0":
            continue
        status, fixed = r["status"], ""
        if status == "resolved":
            fixed = r["fixed_version"]
            if not dpkg_less(version, fixed):
                continue
        elif status == "undetermined":
            out[flaw] = ("", "unsure", "info")
            continue
        elif status != "open":
            continue
        urgency = r.get("urgency", "").rstrip("*")
        if fixed:
            state = "available"
        elif urgency == "end-of-life" or r.get("nodsa_reason") == "ignored":
            state = "wont"
        elif "nodsa" in r:
            state = "deferred"
        else:
            state = "none"
        out[flaw] = (fixed, state, SEVERITY.get(urgency, "unknown"))
    return out
