#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""google/cel-spec's cases (tests/simple/testdata, from $SW_SHARED) against our engine. One TAP line per case.

Usage: cel_spec.py <cel_cases program>. Cases about protocol buffers' own messages, about enums and unknown values
are skipped: Kubernetes has none of them."""
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import SHARED, Tap, skip_all  # noqa: E402

DATA = os.path.join(SHARED, "conformance", "cel-spec", "tests", "simple", "testdata")
OTHER_FILES = {"proto2", "proto3", "proto2_ext", "enums", "unknowns", "block_ext", "wrappers", "dynamic"}
OTHER_ANSWERS = {"indexof_out_of_range", "lastindexof_out_of_range", "ipv4_equals_ipv6", "ipv4_not_equals_ipv6"}

TOKEN = re.compile(r"""\s*(?:#[^\n]*\s*)*([\w.+-]+|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\[\]{}:<>,;/])""")


def tokens(text):
    at, out = 0, []
    while True:
        m = TOKEN.match(text, at)
        if not m:
            return out
        out.append(m.group(1))
        at = m.end()


ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, '"': 34, "?": 63}


def unquote(tok):
    """A text-format string as bytes."""
    s, out, i = tok[1:-1], bytearray(), 0
    while i < len(s):
        if s[i] != "\\":
            out += s[i].encode()
            i += 1
            continue
        c = s[i + 1]
        m = re.compile(r"[0-7]{1,3}").match(s, i + 1)
        if m:
            out.append(int(m.group(0), 8) & 255)
            i = m.end()
        elif c in "xX":
            m = re.compile(r"[0-9a-fA-F]{1,2}").match(s, i + 2)
            out.append(int(m.group(0), 16))
            i = m.end()
        elif c in "uU":
            n = 4 if c == "u" else 8
            out += chr(int(s[i + 2:i + 2 + n], 16)).encode()
            i += 2 + n
        else:
            out.append(ESCAPES[c])
            i += 2
    return bytes(out)


class Parser:
    def __init__(self, text):
        self.t, self.i = tokens(text), 0

    def message(self, end):
        m = {}
        while self.i < len(self.t) and self.t[self.i] != end:
            name = self.t[self.i]
            self.i += 1
            if name == "[":  # [type.googleapis.com/x]
                name = ""
                while self.t[self.i] != "]":
                    name += self.t[self.i]
                    self.i += 1
                self.i += 1
            if self.t[self.i] == ":":
                self.i += 1
            m.setdefault(name, []).extend(self.values())
            if self.i < len(self.t) and self.t[self.i] in ",;":
                self.i += 1
        self.i += 1
        return m

    def values(self):
        if self.t[self.i] != "[":
            return [self.value()]
        out = []
        self.i += 1
        while self.t[self.i] != "]":
            out.append(self.value())
            if self.t[self.i] == ",":
                self.i += 1
        self.i += 1
        return out

    def value(self):
        tok = self.t[self.i]
        self.i += 1
        if tok in "{<":
            return self.message("}" if tok == "{" else ">")
        if tok[0] in "\"'":
            out = unquote(tok)
            while self.i < len(self.t) and self.t[self.i][0] in "\"'":
                out += unquote(self.t[self.i])
                self.i += 1
            return out
        return tok


class Skip(Exception):
    pass


def one(m, name, default=None):
    return m.get(name, [default])[0]


def literal(s):
    return json.dumps(s) if isinstance(s, str) else "b'" + "".join("\\x%02x" % b for b in s) + "'"


def string(b):
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else "\\U%08x" % ord(c) for c in b.decode()) + '"'


def double(tok):
    t = tok.lower()
    if t in ("nan", "inf", "-inf", "infinity", "-infinity"):
        return 'double("%s")' % t
    return "double(\"%s\")" % repr(float(tok))


def text(v):
    """A Value message as an expression."""
    for kind, vals in v.items():
        x = vals[0]
        if kind == "null_value":
            return "null"
        if kind in ("bool_value", "int64_value"):
            return x
        if kind == "uint64_value":
            return x + "u"
        if kind == "double_value":
            return double(x)
        if kind == "string_value":
            return string(x)
        if kind == "bytes_value":
            return literal(x)
        if kind == "type_value":
            return x.decode()
        if kind == "list_value":
            return "[" + ", ".join(text(e) for e in x.get("values", [])) + "]"
        if kind == "map_value":
            return "{" + ", ".join(text(one(e, "key")) + ": " + text(one(e, "value")) for e in x.get("entries", [])) + "}"
        if kind == "object_value":
            return message(x)
        raise Skip("a value of kind " + kind)
    return "null"


def message(x):
    for name, vals in x.items():
        m, short = vals[0], name.rsplit(".", 1)[-1].rsplit("/", 1)[-1]
        if short == "Duration":
            return 'duration("%sns")' % (int(one(m, "seconds", "0")) * 10**9 + int(one(m, "nanos", "0")))
        if short == "Timestamp":
            return 'timestamp(%s) + duration("%sns")' % (one(m, "seconds", "0"), one(m, "nanos", "0"))
        raise Skip("a message " + short)
    raise Skip("an empty message")


def cases():
    for path in sorted(glob.glob(os.path.join(DATA, "*.textproto"))):
        with open(path, encoding="utf-8") as f:
            root = Parser(f.read()).message(None)
        file = one(root, "name", b"?").decode()
        for section in root.get("section", []):
            for t in section.get("test", []):
                name = "/".join([file, one(section, "name", b"").decode(), one(t, "name", b"").decode()])
                yield file, name, t


def line_of(file, t):
    if file in OTHER_FILES:
        raise Skip("protocol buffers' messages, enums or unknown values")
    expr = one(t, "expr", b"").decode()
    if re.search(r"TestAllTypes|NestedTestAllTypes|google\.protobuf\.\w+\s*\{|GlobalEnum|cel\.@?(block|index)|proto\.", expr):
        raise Skip("protocol buffers' messages")
    if one(t, "name", b"").decode() in OTHER_ANSWERS:
        raise Skip("cel-go and Kubernetes answer otherwise")
    if one(t, "check_only") == "true":
        raise Skip("only the deduced type is asked for")
    out = {"expr": expr, "bind": {}, "check": one(t, "disable_check") != "true"}
    for b in t.get("bindings", []):
        v = one(one(b, "value"), "value")
        if v is None:
            raise Skip("an unknown value")
        out["bind"][one(b, "key").decode()] = text(v)
    if "eval_error" in t:
        out["error"] = True
    elif "value" in t or "typed_result" in t:
        v = one(t, "value") or one(one(t, "typed_result"), "result")
        out["want"] = text(v)
    elif "any_eval_errors" in t or "unknown" in t or "any_unknowns" in t:
        raise Skip("an unknown value")
    else:
        out["want"] = "true"
    if "container" in t:
        raise Skip("a container")
    return out


def main():
    if not os.path.isdir(DATA):
        return skip_all("cel-spec", "the cases are not at hand (%s)" % DATA)
    p = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    tap = Tap()
    for file, name, t in cases():
        try:
            line = line_of(file, t)
        except Skip as e:
            tap.skip(name, e)
            continue
        p.stdin.write(json.dumps(line) + "\n")
        p.stdin.flush()
        answer = p.stdout.readline().strip()
        tap.ok(answer == "ok", name, "%s: %s" % (line["expr"], answer or "the program ended"))
        if not answer:
            break
    return tap.end()


sys.exit(main())
