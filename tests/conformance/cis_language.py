#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kube-bench's language in all its corners, over one small node: a benchmark made here, and what kube-bench itself says of it.

Every result (status, expected result, actual value, reason) must be kube-bench's own, but for the kinds that WHY names.  usage: cis_language.py SEAWALL GOLDEN-FILE            prints TAP
       cis_language.py SEAWALL GOLDEN-FILE --write   runs kube-bench ($SW_KUBE_BENCH_PROGRAM) and writes the golden file anew"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

FILES = {
    "/etc/t/a.yaml": "authentication:\n  anonymous: {enabled: false}\n  x509: {clientCAFile: /etc/ca.crt}\nport: 10255\nbig: 12345678\nf: 1.50\nneg: -1\n"
                     "list: [a, b, c]\nempty: []\nnothing:\nonoff: on\nquoted: \"on\"\noct: 0755\nhex: 0x1F\ntilde: ~\nkey.with.dots: v\nk8s.io/name: n\n"
                     "items:\n- {name: one, value: 1, tags: [x, y]}\n- {name: two, value: 2, on: true}\n- {name: three, value: 3, deep: {a: {b: c}}}\n"
                     "duration: 5m0s\nexp: 1e3\ntime: 2026-01-02\nmulti: |\n  l1\n  l2\nspaces: '  x  '\nuni: ü\n\"quo'te\": q\nint64: 9223372036854775807\nover: 18446744073709551616\n",
    "/etc/t/a.json": '{"authentication":{"anonymous":{"enabled":false}},"port":10255,"big":12345678,"huge":1e21,"tiny":0.0000001,"f":1.50,"list":["a","b"],"empty":[],'
                     '"null":null,"key.with.dots":"v","items":[{"name":"one","value":1},{"name":"two","value":2.5},{"name":"three"}],"s":"a b","html":"<&>","uni":"\\u00fc","nums":[1.50,1e3,12345678,1e21],"nest":{"z":1,"a":2}}\n',
    "/etc/t/args": "kube-x --anonymous-auth=false --port=0 --profiling --list=a,b,c --mode Node,RBAC --x.y=1 --flag=a=b --empty= --quoted=\"q v\" --last",
    "/etc/t/lines": "permissions=600\npermissions=644\npermissions=640\n",
    "/etc/t/lines600": "permissions=600\npermissions=400\n",
    "/etc/t/env": "A=1\nBOOL=true\nEMPTY=\nPATHS=/a:/b\nXA=9\nLONG=a=b c\nREG.X=5",
    "/etc/t/blank": "\n\n",
    "/etc/t/colon": "streaming: 5m\nkey : v\nmode:   Webhook\nurl: http://a:1/b\nTrue\n",
    "/etc/t/broken.yaml": "a: [1, 2\nb: }\n",
    "/etc/t/crlf.yaml": "a: x\r\nb: y\r\n",
    "/etc/t/docs.yaml": "a: first\n---\na: second\n",
    "/etc/t/dup.yaml": "a: 1\na: 2\n",
    "/etc/t/anchors.yaml": "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n",
    "/etc/t/scalar": "just text\n",
    "/etc/t/array.json": '[{"a":1},{"a":2}]\n',
}


def item(flag=None, op=None, value=None, **kw):
    it = {} if flag is None else {"flag": flag}
    it.update(kw)
    if op is not None:
        it["compare"] = {"op": op, "value": value}
    return it


def cat(name):
    return "cat /etc/t/" + name


ARGS = cat("args")
CHECKS = []  # (what, fields of a check)


def add(what, items=None, bin_op=None, **kw):
    c = {"text": what, "audit": ARGS, "scored": True, "remediation": "mend it"}
    c.update(kw)
    if items is not None:
        c["tests"] = {"test_items": items}
        if bin_op is not None:
            c["tests"]["bin_op"] = bin_op
    CHECKS.append(c)


def flags():
    for flag, op, value in (
            ("--anonymous-auth", "eq", "false"), ("--anonymous-auth", "eq", "true"), ("--anonymous-auth", "eq", "False"), ("--anonymous-auth", "noteq", "true"),
            ("--anonymous-auth", "noteq", "FALSE"), ("--port", "eq", "0"), ("--port", "eq", 0), ("--port", "gt", "0"), ("--port", "gte", "0"), ("--port", "lt", "1"),
            ("--port", "lte", "-1"), ("--port", "lt", " 5 "), ("--port", "gt", "x"), ("--port", "gte", ""), ("--list", "has", "b"), ("--list", "has", "a,b"),
            ("--list", "nothave", "d"), ("--list", "nothave", "c"), ("--list", "has", ""), ("--list", "valid_elements", "a,b,c,d"), ("--list", "valid_elements", "a,b"),
            ("--list", "valid_elements", ""), ("--list", "valid_elements", " a , b ,c,"), ("--empty", "valid_elements", ""), ("--empty", "eq", ""),
            ("--empty", "eq", "true"), ("--profiling", "eq", "true"), ("--last", "eq", "true"), ("--mode", "has", "RBAC"), ("--mode", "eq", "Node,RBAC"),
            ("--x.y", "eq", "1"), ("--x", "eq", ".y=1"), ("--flag", "eq", "a=b"), ("--flag", "eq", "a"), ("--quoted", "eq", "\"q"), ("--list", "regex", "^a,.*c$"),
            ("--list", "regex", "b"), ("--list", "regex", "(?i)A,B"), ("--list", "regex", "^$"), ("--list", "regex", "\\bb\\b"), ("--port", "bitmask", "644"),
            ("--list", "bitmask", "644"), ("--port", "bitmask", "abc"), ("kube", "eq", "-x"), ("-auth", "eq", "false"), ("anonymous", "eq", "-auth=false"),
            ("--list=", "eq", "a,b,c"), ("--prof", "eq", "iling"), ("--nosuch", "eq", "1"), ("--mode Node", "eq", ",RBAC"), ("--port", "unknownop", "0"),
            ("--port", "", "0"), ("--port", "EQ", "0"), ("--(list|mode)", "eq", "x"), ("--list|nothing", "eq", "x")):
        add(f"{flag} {op} {value!r}", [item(flag, op, value)])
    for flag in ("--profiling", "--nosuch", "kube-x", "", " ", "a,b"):
        add(f"{flag!r} present", [item(flag)])
        add(f"{flag!r} absent", [item(flag, set=False)])
    add("absent with a comparison", [item("--port", "eq", "0", set=False)])
    add("not there, absent with a comparison", [item("--nosuch", "eq", "0", set=False)])
    add("set true with a comparison", [item("--port", "eq", "0", set=True)])
    for flag, op, value in (("streaming", "eq", "5m"), ("mode", "eq", "Webhook"), ("key", "eq", "v"), ("key ", "eq", "v"), ("url", "eq", "http://a:1/b"), ("True", "eq", "true"),
                            ("true", "eq", "true"), ("streaming", "gt", "4")):
        add(f"colon: {flag} {op} {value}", [item(flag, op, value)], audit=cat("colon"))


def joins():
    yes, no = item("--port", "eq", "0"), item("--port", "eq", "1")
    for op in ("and", "or", None, "", "xor", "AND"):
        for name, items in (("both", [yes, yes]), ("first", [yes, no]), ("second", [no, yes]), ("none", [no, no])):
            add(f"{op} {name}", items, op)
    add("or over three, absent among them", [no, item("--nosuch", set=False), item("--nosuch")], "or")
    add("and over a missing one", [yes, item("--nosuch", "eq", "1")], "and")
    add("one item and or", [yes], "or")
    add("no items", [])
    add("tests without items", None, tests={})
    add("tests null", None, tests=None)
    add("no tests", None)
    add("no tests, not scored", None, scored=False)
    add("no items, not scored", [], scored=False)
    add("fails, not scored", [no], scored=False)
    add("passes, not scored", [yes], scored=False)
    for t in ("manual", "skip", "", "automated", "Manual", " skip"):
        add(f"type {t!r}", [yes], type=t)
        add(f"type {t!r} without tests", None, type=t)
        add(f"type {t!r}, fails, not scored", [no], type=t, scored=False)


def many():
    for name in ("lines", "lines600", "blank", "args"):
        for op, value in (("bitmask", "644"), ("bitmask", "600"), ("eq", "600"), ("regex", "^6")):
            for multiple in (True, False):
                add(f"{name} {op} {value}, {multiple}", [item("permissions", op, value)], audit=cat(name), use_multiple_values=multiple)
    add("many, one item on each side", [item("permissions", "eq", "600"), item("permissions", "bitmask", "644")], "or", audit=cat("lines"), use_multiple_values=True)
    add("many, absent", [item("644", set=False)], audit=cat("lines"), use_multiple_values=True)
    add("many, absent everywhere", [item("777", set=False)], audit=cat("lines"), use_multiple_values=True)
    add("many, present in some", [item("644")], audit=cat("lines"), use_multiple_values=True)
    add("many with a blank line", [item("a")], audit="printf 'a\\n\\na\\n'", use_multiple_values=True)
    add("many with blanks at the end", [item("a")], audit="printf 'a\\na  \\n \\n'", use_multiple_values=True)
    add("many of a configuration", [item("--nosuch", path="{.a}")], audit_config=cat("docs.yaml"), use_multiple_values=True)


def paths():
    for file, path, op, value in (
            ("a.yaml", "{.authentication.anonymous.enabled}", "eq", "false"), ("a.yaml", "{.authentication.anonymous.enabled}", None, None),
            ("a.yaml", "{.authentication}", "has", "anonymous"), ("a.yaml", "{.port}", "eq", "10255"), ("a.yaml", "{.port}", "gt", "0"), ("a.yaml", "{.big}", "eq", "12345678"),
            ("a.yaml", "{.f}", "eq", "1.5"), ("a.yaml", "{.neg}", "lt", "0"), ("a.yaml", "{.list}", "eq", "[a b c]"), ("a.yaml", "{.list[*]}", "eq", "a b c"),
            ("a.yaml", "{.list[0]}", "eq", "a"), ("a.yaml", "{.list[-1]}", "eq", "c"), ("a.yaml", "{.list[0:2]}", "eq", "a b"), ("a.yaml", "{.list[1:]}", "eq", "b c"),
            ("a.yaml", "{.list[::2]}", "eq", "a c"), ("a.yaml", "{.list[7]}", None, None), ("a.yaml", "{.empty}", "eq", "[]"), ("a.yaml", "{.empty[*]}", None, None),
            ("a.yaml", "{.nothing}", None, None), ("a.yaml", "{.onoff}", "eq", "true"), ("a.yaml", "{.quoted}", "eq", "on"), ("a.yaml", "{.oct}", "eq", "493"),
            ("a.yaml", "{.hex}", "eq", "31"), ("a.yaml", "{.tilde}", None, None), ("a.yaml", "{.key\\.with\\.dots}", "eq", "v"), ("a.yaml", "{['key.with.dots']}", "eq", "v"),
            ("a.yaml", "{.k8s\\.io/name}", "eq", "n"), ("a.yaml", "{['k8s.io/name']}", "eq", "n"), ("a.yaml", "{.items[*].name}", "eq", "one two three"),
            ("a.yaml", "{.items[?(@.name=='two')].value}", "eq", "2"), ("a.yaml", "{.items[?(@.name==\"two\")].value}", "eq", "2"), ("a.yaml", "{.items[?(@.value>1)].name}", "eq", "two three"),
            ("a.yaml", "{.items[?(@.value>=2)].name}", "eq", "two three"), ("a.yaml", "{.items[?(@.value!=2)].name}", "eq", "one three"), ("a.yaml", "{.items[?(@.value<2)].name}", "eq", "one"),
            ("a.yaml", "{.items[?(@.on)].name}", "eq", "two"), ("a.yaml", "{.items[?(@.on==true)].name}", "eq", "two"), ("a.yaml", "{.items[?(@.name=='none')].value}", None, None),
            ("a.yaml", "{.items[?(@.deep.a.b=='c')].name}", "eq", "three"), ("a.yaml", "{.items[0].tags[1]}", "eq", "y"), ("a.yaml", "{..name}", "has", "one"), ("a.yaml", "{..b}", "eq", "c"),
            ("a.yaml", "{range .items[*]}{.name}={.value};{end}", "eq", "one=1;two=2;three=3;"), ("a.yaml", "{range .items[*]}{.name}{'\\n'}{end}", "has", "two"),
            ("a.yaml", "{.items[*]['name','value']}", "has", "one"), ("a.yaml", "{.items[0,2].name}", "eq", "one three"), ("a.yaml", "{.items[*].deep}", "has", "map"),
            ("a.yaml", "{.duration}", "eq", "5m0s"), ("a.yaml", "{.exp}", "eq", "1000"), ("a.yaml", "{.time}", "has", "2026"), ("a.yaml", "{.multi}", "has", "l2"), ("a.yaml", "{.spaces}", "eq", "  x  "),
            ("a.yaml", "{.uni}", "eq", "ü"), ("a.yaml", "{.int64}", "eq", "9223372036854775807"), ("a.yaml", "{.over}", "has", "e+19"), ("a.yaml", "{.nosuch}", None, None), ("a.yaml", "{.nosuch.deeper}", None, None),
            ("a.yaml", "{.port.deeper}", None, None), ("a.yaml", ".port", "eq", "10255"), ("a.yaml", "{.port", None, None), ("a.yaml", "{.port}}", None, None), ("a.yaml", "port: {.port}!", "eq", "port: 10255!"), ("a.yaml", "{}", None, None),
            ("a.yaml", "{.}", "has", "port"), ("a.yaml", "{@}", "has", "port"), ("a.yaml", "{$.port}", "eq", "10255"), ("a.yaml", "{$}", "has", "port"), ("a.yaml", "{ .port }", "eq", "10255"), ("a.yaml", "{'text'}", "eq", "text"),
            ("a.yaml", "{\"text\"}", "eq", "text"), ("a.yaml", "{42}", "eq", "42"), ("a.yaml", "{true}", "eq", "true"), ("a.yaml", "{.list.*}", None, None), ("a.yaml", "{.authentication.*}", "has", "map"), ("a.yaml", "{*}", None, None),
            ("a.yaml", "{.items[?(@.value==2.0)].name}", None, None), ("a.yaml", "{.items[?(@.value=='2')].name}", None, None), ("a.yaml", "{.items[?(@.tags[0]=='x')].name}", "eq", "one"), ("a.yaml", "{.items[?(@.name)].name}", "eq", "one two three"),
            ("a.yaml", "{.items[?(@.name=~'t.*')].name}", None, None), ("a.yaml", "{.items[?(@.value>1 && @.value<3)].name}", None, None), ("a.yaml", "{.list[?(@=='b')]}", "eq", "b"), ("a.yaml", "{.list[?(@!='b')]}", "eq", "a c"),
            ("a.json", "{.authentication.anonymous.enabled}", "eq", "false"), ("a.json", "{.port}", "eq", "10255"), ("a.json", "{.port}", "lte", "10255"), ("a.json", "{.big}", "eq", "12345678"), ("a.json", "{.big}", "eq", "1.2345678e+07"),
            ("a.json", "{.huge}", "eq", "1e+21"), ("a.json", "{.tiny}", "eq", "1e-07"), ("a.json", "{.f}", "eq", "1.5"), ("a.json", "{.list}", "eq", "[\"a\",\"b\"]"), ("a.json", "{.list}", "eq", "[a b]"), ("a.json", "{.null}", None, None), ("a.json", "{.null}", "eq", "null"), ("a.json", "{.empty}", "eq", "[]"),
            ("a.json", "{.items[?(@.value>1)].name}", "eq", "two"), ("a.json", "{.items[?(@.value==1)].name}", "eq", "one"), ("a.json", "{.items[?(@.value==1.0)].name}", "eq", "one"), ("a.json", "{.items[?(@.value==2.5)].name}", "eq", "two"), ("a.json", "{.items[*].value}", "eq", "1 2.5"), ("a.json", "{.s}", "has", " "),
            ("a.json", "{.html}", "eq", "<&>"), ("a.json", "{.nest}", "eq", "{\"a\":2,\"z\":1}"), ("a.json", "{.nest.*}", "has", "1"), ("a.json", "{.uni}", "eq", "ü"), ("a.json", "{['key.with.dots']}", "eq", "v"), ("a.json", "{.items}", "has", "three"),
            ("broken.yaml", "{.a}", "eq", "1"), ("crlf.yaml", "{.a}", "eq", "x"), ("docs.yaml", "{.a}", "eq", "first"), ("dup.yaml", "{.a}", "eq", "2"), ("anchors.yaml", "{.use.y}", "eq", "3"), ("anchors.yaml", "{.use.x}", "eq", "1"), ("anchors.yaml", "{.use}", "has", "x"),
            ("scalar", "{.a}", None, None), ("scalar", "{.}", "eq", "just text"), ("array.json", "{[*].a}", "eq", "1 2"), ("array.json", "{[0].a}", "eq", "1"), ("array.json", "{.[1].a}", "eq", "2"), ("array.json", "{..a}", "eq", "1 2"), ("array.json", "{}", "eq", "[map[a:1] map[a:2]]"), ("array.json", "{@}", "eq", "x"), ("scalar", "{@}", "eq", "just text"), ("anchors.yaml", "{$}", "eq", "map[base:map[x:1 y:2] use:map[x:1 y:3]]"), ("a.json", "{}", "regex", "big:1.2345678e\\+07 empty:\\[\\]"), ("a.json", "{.}", None, None), ("blank", "{@}", None, None),
            ("a.json", "{.items}", "eq", "[{\"name\":\"one\",\"value\":1},{\"name\":\"two\",\"value\":2.5},{\"name\":\"three\"}]"), ("a.json", "{.nums}", "eq", "[1.5,1000,12345678,1e+21]"), ("a.yaml", "{.items[*].value}", "eq", "1 2 3"), ("a.yaml", "{.f}", "eq", "1.50"), ("a.yaml", "{.list[]}", "eq", "a"), ("a.yaml", "{.list[5:]}", None, None), ("a.yaml", "{.list[2:1]}", None, None), ("a.yaml", "{.list[1:1]}", None, None),
            ("a.yaml", "{.list[0:9]}", None, None), ("a.yaml", "{.list[-2:]}", "eq", "b c"), ("a.yaml", "{.list[::0]}", None, None), ("a.yaml", "{.list[x]}", None, None), ("a.yaml", "{.port[0]}", None, None), ("a.yaml", "{.quoted.*}", "eq", "111 110"), ("a.yaml", "{.items[?(@.tags[5])].name}", "has", "one"), ("a.yaml", "{.items[?(@.value==\"1\")].name}", None, None),
            ("a.yaml", "{.authentication.anonymous[?(@.enabled)]}", None, None), ("a.yaml", "{range .items[*]}{.name}", None, None), ("a.yaml", "{.name}{end}", None, None), ("a.yaml", "{range .none[*]}{.name}{end}tail", "eq", "tail"), ("a.yaml", "{range .items[*]}{range .tags[*]}{@},{end};{end}", "eq", "x,y,;;;"), ("a.yaml", "{range .items[?(@.value>1)]}{.name} {end}", "eq", "two three"),
            ("a.yaml", "{\"a\\tb\"}", "has", "a"), ("a.yaml", "{.port}:{.neg}", "eq", "10255:-1"), ("a.yaml", "{.port .neg}", None, None), ("a.yaml", "{.port 'x'}", "eq", "x"), ("a.yaml", "{.items[*].name,.port}", None, None), ("a.yaml", "{...name}", None, None), ("a.yaml", "{..}", None, None), ("a.yaml", "{.list\t}", None, None), ("a.yaml", "{3.5}", "eq", "3.5"), ("a.yaml", "{-2}", "lt", "0"), ("a.yaml", "{foo}", None, None), ("a.yaml", "{.a-b}", None, None),
            ("a.yaml", "{.items[?(@.name > 'one')].name}", "eq", "three two"), ("a.yaml", "{.items[?(@.name < \"p\")].name}", "eq", "one"), ("a.yaml", "{.items[?(@.on < true)].name}", None, None), ("a.yaml", "{.items[?(@.deep==1)].name}", None, None), ("a.yaml", "{.items[?(1==1)].name}", "has", "three"), ("a.yaml", "{.items[?(@.name=='a)b')].name}", None, None), ("lines", "{.a}", None, None)):
        add(f"{file} {path} {op} {value!r}", [item("--nosuch", op, value, path=path)], audit_config=cat(file))
        if op is None:
            add(f"{file} {path} is absent", [item("--nosuch", path=path, set=False)], audit_config=cat(file))


def sources():
    p = {"path": "{.port}"}
    for what, items, kw in (
            ("the flag before the file", [item("--port", "eq", "0", **p)], {"audit_config": cat("a.yaml")}), ("the file where there is no flag", [item("--nosuch", "eq", "10255", **p)], {"audit_config": cat("a.yaml")}),
            ("a file and no audit", [item("--nosuch", "eq", "10255", **p)], {"audit_config": cat("a.yaml"), "audit": ""}), ("a path and no file", [item("--nosuch", "eq", "1", **p)], {}), ("a path without a flag", [item(None, "eq", "10255", **p)], {"audit_config": cat("a.yaml")}),
            ("a file that is missing, and a command line", [item("--port", "eq", "0", **p)], {"audit_config": cat("none")}), ("a file that is missing, and no flag", [item("--nosuch", set=False, **p)], {"audit_config": cat("none")}),
            ("an environment", [item("--nosuch", "eq", "1", env="A")], {"audit_env": cat("env")}), ("an empty variable", [item("--nosuch", env="EMPTY")], {"audit_env": cat("env")}), ("a variable that ends another's name", [item("--nosuch", "eq", "9", env="XA")], {"audit_env": cat("env")}),
            ("a variable with =", [item("--nosuch", "eq", "a=b c", env="LONG")], {"audit_env": cat("env")}), ("the last variable", [item("--nosuch", "eq", "5", env="REG.X")], {"audit_env": cat("env")}), ("a boolean variable", [item("--nosuch", "eq", "true", env="BOOL")], {"audit_env": cat("env")}),
            ("an absent variable", [item("--nosuch", env="NONE", set=False)], {"audit_env": cat("env")}), ("flag, file and environment", [item("--nosuch", "eq", "1", path="{.none}", env="A")], {"audit_env": cat("env"), "audit_config": cat("a.yaml")}),
            ("the file before the environment", [item("--nosuch", "eq", "10255", path="{.port}", env="A")], {"audit_env": cat("env"), "audit_config": cat("a.yaml")}), ("no audit for the environment wanted", [item("--nosuch", env="A")], {"disable_env_testing": True}),
            ("items from two sources", [item("--port", "eq", "0"), item("--nosuch", "eq", "10255", **p)], {"audit_config": cat("a.yaml")}), ("an empty file", [item("--nosuch", **p)], {"audit_config": cat("blank")}), ("an empty file, absent", [item("--nosuch", set=False, **p)], {"audit_config": cat("blank")}),
            ("an audit of several lines", [item("two")], {"audit": "echo one\necho two\n"}), ("an audit that fails after it said something", [item("said")], {"audit": "echo said; false"}), ("standard error counts", [item("oops")], {"audit": "echo oops >&2"}),
            ("blanks around", [item("x", "eq", "1")], {"audit": "   echo x=1   "}), ("a pipeline", [item("b", "eq", "2")], {"audit": "printf 'a=1\\nb=2\\n' | grep b | tail -n1"}), ("if", [item("permissions", "bitmask", "644")], {"audit": "if test -e /etc/t/a.yaml; then stat -c permissions=%a /etc/t/a.yaml; fi"}),
            ("several files", [item("permissions", "bitmask", "644")], {"audit": "stat -c permissions=%a /etc/t/a.yaml /etc/t/a.json", "use_multiple_values": True}), ("text with quotes", [item("q", "eq", "'\"a\"'")], {"audit": "echo \"q='\\\"a\\\"'\""})):
        add(what, items, **kw)


def benchmark():
    CHECKS.clear()
    for f in (flags, joins, many, paths, sources):
        f()
    groups, size = [], 40
    for g in range(0, len(CHECKS), size):
        part = CHECKS[g:g + size]
        groups.append({"id": f"1.{g // size + 1}", "text": f"group {g // size + 1}", "checks": [{"id": f"1.{g // size + 1}.{i + 1}", **c} for i, c in enumerate(part)]})
    return {"controls": "", "version": "t", "id": "1", "text": "All of the language", "type": "node", "groups": groups}


CONFIG = """---
version_mapping: {"1.31": t}
target_mapping: {t: [node]}
node: {components: [kubelet], kubelet: {bins: [sleep], confs: [/etc/t/a.yaml], optional: true}}
"""


# ---- shapes: how a control file may be written, variables, and options; each a benchmark of its own ----

HEAD = "---\ncontrols:\nversion: \"t\"\nid: 4\ntext: \"Node\"\ntype: \"node\"\ngroups:\n"
GROUP = HEAD + "  - id: 4.1\n    text: \"G\"\n    checks:\n"
ITEM = "          test_items:\n            - flag: \"--port\"\n              compare:\n                op: eq\n                value: 0\n"
VARIABLES = CONFIG.replace("[sleep], confs: [/etc/t/a.yaml], optional: true}}", """["sleep 99", "sleep 60", sleep], confs: [/etc/t/none, /etc/t/a.yaml, /etc/t/a.json],
    defaultconf: /etc/t/default, svc: [/etc/t/s1, /etc/t/args], kubeconfig: [/etc/t/none], defaultkubeconfig: /etc/t/dk, cafile: [/etc/t/ca], datadirs: [/etc/t]}
  proxy: {optional: true, bins: [nothing-like-it], confs: [/etc/t/x, "/etc/t/y z"]}
  none: {}
  list: {confs: /etc/t/env, bins: sleep}
""").replace("[kubelet], kubelet", "[kubelet, proxy, none, list]\n  kubelet").replace("node: {", "node:\n  ")


def one(key, audit="\"cat /etc/t/args\"", tests=ITEM, remediation="|\n          do it\n", scored="true", more=""):
    return f"      - id: {key}\n        text: \"c\"\n        audit: {audit}\n        tests:\n{tests}        remediation: {remediation}{more}        scored: {scored}\n"


def each(values, **kw):
    """One check for each value: under the name of the argument, or put into the item."""
    (name, make), = kw.items()
    return GROUP + "".join(one(f"4.1.{k}", **{name: make(v)}) for k, v in enumerate(values))


def shapes():
    """name: (node.yaml, config.yaml, kube-bench's options, ours)"""
    bad = ITEM.replace("value: 0", "value: 1")
    two = GROUP + one("4.1.1") + one("4.1.2") + "  - id: 4.2\n    text: H\n    checks:\n" + one("4.2.1", tests=bad) + one("4.2.2", tests=bad, scored="false")
    files = {
        "identifiers": GROUP + "".join(one(i) for i in ("4.1.1", "1.10", "4.1.10", "\"4.1.2\"", "0x10", "1e3", "yes", "~", "4.1.3")),
        "values": each(("0", "\"0\"", "00", "0x0", "0.0", "false", "no", "~", "", "'0'", "0 # c", ">-\n                  0", "|\n                  0", "!!str 0", "-0", "+0", "1_0", "0o0"),
                       tests=lambda v: ITEM.replace("value: 0", "value: " + v)),
        "set": each(("true", "false", "yes", "no", "on", "off", "True", "FALSE", "~", "", "y", "n"), tests=lambda v: f"          test_items:\n            - flag: \"--port\"\n              set: {v}\n"),
        "scored": each(("true", "false", "yes", "no", "on", "off", "~", ""), scored=str),
        "remediations": each(("one line\n", ">\n          folded\n          text\n\n          para\n", "|-\n          a\n           b\n", "\"q \\n \\u00e9 <&>\"\n", "\n", "|+\n          keep\n\n\n"), remediation=str),
        "audits": each(("cat /etc/t/args", "|\n          cat /etc/t/args", ">\n          cat\n          /etc/t/args", "|-\n          cat /etc/t/none || \\\n          cat /etc/t/args", "\"cat \\x2fetc/t/args\"",
                        "\"/bin/sh -c 'cat /etc/t/args'\"", "echo \"--port=0\" # c", "", "~"), audit=str),
        "anchors": GROUP + one("4.1.1").replace("tests:\n", "tests: &t\n") + "      - {id: 4.1.2, text: x, audit: cat /etc/t/args, tests: *t, scored: true}\n"
                   "      - id: 4.1.3\n        text: m\n        audit: cat /etc/t/args\n        tests:\n          <<: *t\n          bin_op: or\n        scored: true\n",
        "groups of one name, skipped, empty": HEAD + "  - id: 4.1\n    text: G\n    type: skip\n    checks:\n" + one("4.1.1") + "  - id: 4.2\n    text: none\n    checks:\n  - id: 4.3\n    text: H\n    checks:\n" +
                                               one("4.3.1") + "  - id: 4.1\n    text: again\n    checks:\n" + one("4.1.7"),
        "a second document": GROUP + one("4.1.1") + "---\ngroups: []\n", "unknown keys": GROUP + one("4.1.1", more="        extra: {a: [1]}\n        bin_op: or\n"),
        "CRLF": (GROUP + one("4.1.1")).replace("\n", "\r\n"), "a byte order mark": "\ufeff" + GROUP + one("4.1.1"), "a key twice": GROUP + one("4.1.1", more="        text: second\n"),
        "a comment behind the type": GROUP.replace("\"node\"", "node # n") + one("4.1.1"), "the type in single quotes": GROUP.replace("\"node\"", "'node'") + one("4.1.1"),
        "set is text": GROUP + one("4.1.1", tests="          test_items:\n            - flag: \"--port\"\n              set: \"false\"\n"), "scored is text": GROUP + one("4.1.1", scored="\"true\""),
        "another type than the name": GROUP.replace("\"node\"", "\"master\"") + one("4.1.1"), "no type": GROUP.replace("type: \"node\"\n", "") + one("4.1.1"),
    }
    out = {name: (text, CONFIG, [], []) for name, text in files.items()}
    words = ("$kubeletbin", "$kubeletconf", "$kubeletsvc", "$kubeletkubeconfig", "$kubeletcafile", "$kubeletdatadir", "$proxybin $proxyconf $kubeletconfx $nosuchconf $kubelet $kubeletCONF",
             "$noneconf $nonebin $listconf $listbin $listdatadir")
    out["variables"] = (each(words, audit=lambda v: "|\n          echo --port=0 " + v), VARIABLES, [], [])
    out["variables without a default"] = (out["variables"][0], VARIABLES.replace("/etc/t/a.yaml, /etc/t/a.json", "/etc/t/none2").replace("defaultconf: /etc/t/default, ", ""), [], [])
    for name, kb, own in (("some controls", ["-c", "4.1.1,4.2.2"], ["--check", "4.1.1,4.2.2"]), ("blanks between", ["-c", "4.1.1, 4.2.2"], ["--check", "4.1.1, 4.2.2"]), ("a group", ["-g", "4.2"], ["--group", "4.2"]),
                          ("skipped", ["--skip", "4.1.1,4.2"], ["--skip", "4.1.1,4.2"]), ("only what is scored", ["--unscored=false"], ["--scored-only"])):
        out["options: " + name] = (two, CONFIG, kb, own)
    return out


def write(root, cfg):
    for path, text in FILES.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        os.chmod(root + path, 0o640)
    for name, text in (("cmdline", "sleep\0" "60\0"), ("stat", "9 (sleep) S 1"), ("status", "Uid:\t0\t0\t0\t0\n")):
        os.makedirs(root + "/proc/9", exist_ok=True)
        with open(f"{root}/proc/9/{name}", "w", encoding="ascii") as f:
            f.write(text)
    os.makedirs(cfg + "/t")
    with open(cfg + "/config.yaml", "w", encoding="ascii") as f:
        f.write(CONFIG)
    with open(cfg + "/t/config.yaml", "w", encoding="ascii") as f:
        f.write("---\n")
    with open(cfg + "/t/node.yaml", "w", encoding="utf-8") as f:
        json.dump(benchmark(), f, indent=1, ensure_ascii=False)


def results(text):
    return {x["test_number"]: x for c in json.loads(text)["Controls"] for g in c["tests"] or [] for x in g["results"]}


def theirs(root, cfg, *more):
    script = f"mount --make-rprivate / && mount -t overlay overlay -o lowerdir={root}/etc:/etc /etc && (sleep 60 & exec {os.environ['SW_KUBE_BENCH_PROGRAM']} run --targets node --benchmark t -D {cfg} --json {' '.join(repr(m) for m in more)})"
    r = subprocess.run(["unshare", "-mpf", "--mount-proc", "--kill-child", "sh", "-c", script], capture_output=True, check=False, timeout=300)
    out = r.stdout.decode()
    return out[out.index("{"):] if "{" in out else None  # it ends where a file is wrong


def ours(seawall, root, cfg, *more):
    r = subprocess.run([seawall, "bench", "--root", root, "--usual-paths", "--benchmark-dir", cfg, "--benchmark", "t", "--target", "node", "-o", "kube-bench-json", "--fail-on", "never", *more],
                       capture_output=True, check=False, timeout=60)
    return r.stdout.decode() if r.returncode == 0 else None


# Where Seawall on purpose says "not evaluated" (WARN), or for a person, of what kube-bench calls a FAIL.
WHY = [(lambda c: c.get("tests", {}) and c["tests"].get("bin_op") in ("xor", "AND"), "an operator that there is not is the benchmark's fault, not the node's"),
       (lambda c: not (c.get("tests") or {}).get("test_items"), "without a test there is no verdict"),
       (lambda c: c.get("disable_env_testing"), "kube-bench's own audit asks ps for no process at all"),
       (lambda c: "; false" in c["audit"], "an audit that failed is no verdict")]


def row(x):
    return [x["status"], x["expected_result"], hashlib.sha256(x["actual_value"].encode()).hexdigest()[:12], x.get("reason", "")]


def cases(golden, got):
    checks = {c["id"]: c for g in benchmark()["groups"] for c in g["checks"]}
    for key, want in golden.items():
        c, have = checks[key], row(got[key]) if key in got else None
        why = next((w for fits, w in WHY if fits(c)), None) if want[0] == "FAIL" else None
        if why:
            yield have and have[0] == "WARN", f"{c['text']}: not FAIL, for {why}", (have, want)
        else:
            yield have == want, c["text"], f"{have}, kube-bench {want}"
    yield set(got) == set(golden) == set(checks), "no other control", sorted(set(got) ^ set(golden))


def whole(text):
    """All of an answer that the rows do not have: totals, and each group's own."""
    if text is None:
        return "an error"
    t = json.loads(text)
    return [t["Totals"], [[c["id"], c["text"], c["node_type"], [[g["section"], g["desc"], g["type"], g["pass"], g["fail"], g["warn"], g["info"],
            [[x["test_number"], x["test_desc"], x["audit"], x["remediation"], x["test_info"], x["scored"], x["type"]] + row(x) for x in g["results"]]] for g in c["tests"] or []]]
            for c in t["Controls"] or []]]


def shape_answers(top, ask):
    for i, (name, (node, config, *options)) in enumerate(shapes().items()):
        root, cfg = f"{top}/root", f"{top}/cfg{i}"
        os.makedirs(cfg + "/t")
        for path, text in (("/config.yaml", config), ("/t/node.yaml", node)):
            with open(cfg + path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
        yield name, whole(ask(root, cfg, options))
        shutil.rmtree(cfg)


def main(argv):
    top = tempfile.mkdtemp(prefix="cis-language-")
    try:
        write(top + "/root", top + "/cfg")
        if argv[3:] == ["--write"]:
            rows = {k: row(x) for k, x in results(theirs(top + "/root", top + "/cfg")).items()}
            rows |= {"shape: " + k: x for k, x in shape_answers(top, lambda root, cfg, options: theirs(root, cfg, *options[0]))}
            with open(argv[2], "w", encoding="utf-8") as f:
                f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(r, ensure_ascii=False)}" for k, r in rows.items()) + "\n}\n")
        with open(argv[2], encoding="utf-8") as f:
            golden = json.load(f)
        wanted = {k[7:]: golden.pop(k) for k in list(golden) if k.startswith("shape: ")}
        answers = [(x == wanted.pop(k, None), k, x) for k, x in shape_answers(top, lambda root, cfg, options: ours(argv[1], root, cfg, *options[1]))]
        answers.append((not wanted, "no other shape", list(wanted)))
        tap = Tap()
        for ok, name, why in [*cases(golden, results(ours(argv[1], top + "/root", top + "/cfg"))), *answers]:
            tap.ok(ok, name.replace("#", "").replace("\n", " "), why)
    finally:
        shutil.rmtree(top)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
