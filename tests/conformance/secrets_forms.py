#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and passwords without a form of their own, in every form that settings have in files, code and on command lines;
and what people write there in place of them: prints TAP."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402
from pattern_maker import Maker, parse  # noqa: E402
from secrets_scan import scan  # noqa: E402

R = random.Random(31)
MAKER = Maker(R, signs=True)
KEYS = ["[0-9a-f]{32}", "[0-9a-f]{64}", "[0-9A-Za-z]{40}", "[0-9a-z]{12}7[0-9a-z]{11}", "[0-9A-Za-z+/]{20}8[0-9A-Za-z+/]{22}=",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"]
PASSWORDS = ["[A-Z][a-z]{5}[0-9]{2}[!#?]", "[a-z]{4}[A-Z]{2}[0-9]{3}[a-z]", "[a-z]{3}[0-9]{2}[$^+][A-Z]{2}[a-z]{2}"]
NOTHING = ["${SECRET_VALUE}", "<your-value-here>", "changeme", "xxxxxxxxxxxxxxxx", "{{ .Values.secret }}", "$(cat secret)"]
KEY_NAMES = [("api", "key"), ("auth", "token"), ("client", "secret"), ("my", "app", "access", "token"), ("signing", "key")]
PASSWORD_NAMES = [("db", "password"), ("admin", "password"), ("smtp", "passwd"), ("mysql", "root", "password")]
# In them N is MY_NAME, n my_name, c myName, C MyName, k my-name, d my.name; S is the secret.
FORMS = {
    "environment": "@N@=@S@", "export": "export @N@='@S@'", "Dockerfile": "FROM a\nENV @N@=@S@", "build argument": "ARG @N@=@S@",
    "YAML": "@n@: @S@", "YAML, quoted": "@n@: \"@S@\"", "YAML, block": "@n@: |\n  @S@", "Compose": "environment:\n  - @N@=@S@",
    "container": "- name: @N@\n  value: \"@S@\"", "JSON": "{\"@c@\": \"@S@\"}", "JSON, name and value": "{\"name\": \"@N@\", \"value\": \"@S@\"}",
    "JSON, escaped": "\"{\\\"@c@\\\": \\\"@S@\\\"}\"", "TOML": "@n@ = \"@S@\"", "ini": "@n@ = @S@", "properties": "@d@=@S@",
    "HCL": "  @n@         = \"@S@\"", "HCL, variable": "variable \"@n@\" {\n  type = string\n  default = \"@S@\"\n}",
    "element": "<@c@>@S@</@c@>", "element, lines": "<@c@>\n    @S@\n</@c@>", "attributes": "<add key=\"@c@\" value=\"@S@\" />",
    "named element": "<string name=\"@n@\">@S@</string>", "property list": "<key>@c@</key>\n<string>@S@</string>",
    "Python": "cfg[\"@n@\"] = '@S@'", "Python, typed": "@n@: str = \"@S@\"", "Go": "@c@ := `@S@`", "Go, typed": "var @c@ string = \"@S@\"",
    "JavaScript": "const @c@ = '@S@';", "default": "const @c@ = process.env.@N@ || '@S@';", "TypeScript": "private @c@: string = '@S@';",
    "Java": "props.put(\"@n@\", \"@S@\");", "setter": "config.set@C@(\"@S@\");", "Kotlin": "val @c@: String = \"@S@\"",
    "PHP": "define('@N@', '@S@');", "array": "'@n@' => '@S@',", "Ruby": "ENV['@N@'] = '@S@'", "Rust": "const @N@: &str = \"@S@\";",
    "C": "#define @N@ \"@S@\"", "option": "tool --@k@ @S@ run", "option, joined": "tool --@k@=@S@ run", "container run": "docker run -e @N@=@S@ img",
    "Helm": "helm install x --set @d@=@S@", "PowerShell": "$env:@N@ = \"@S@\"", "batch": "set @N@=@S@", "fish": "set -x @N@ @S@",
    "make": "@N@ := @S@", "make, default": "@N@ ?= @S@", "Gradle": "@c@ \"@S@\"", "query": "https://api.example.org/v1?@n@=@S@&x=1",
}


def fill(form, words, secret):
    names = {"n": "_".join(words), "N": "_".join(words).upper(), "c": words[0] + "".join(w.title() for w in words[1:]),
             "C": "".join(w.title() for w in words), "k": "-".join(words), "d": ".".join(words), "S": secret}
    parts = form.split("@")
    return "".join(names[p] if i % 2 else p for i, p in enumerate(parts)) + "\n"


def cases():
    """(form, what, whether there is a secret, text)"""
    for form, text in FORMS.items():
        for what, names, patterns in (("key", KEY_NAMES, KEYS), ("password", PASSWORD_NAMES, PASSWORDS)):
            for words in names:
                for p in patterns:
                    yield form, what, True, fill(text, words, MAKER.make(parse(p), {}))
                yield form, what, False, fill(text, words, R.choice(NOTHING))


def main(seawall):
    made = list(cases())
    hits = scan(seawall, [text for *_, text in made])
    tap = Tap()
    for form in FORMS:
        for what in ("key", "password"):
            mine = [(i, c) for i, c in enumerate(made) if c[:2] == (form, what)]
            missed = [c[3].strip() for i, c in mine if c[2] and i not in hits]
            n = sum(c[2] for _, c in mine)
            # Chance makes a word of some.
            tap.ok(len(missed) * 10 <= n, f"{form}: {n - len(missed)} of {n} of {what}", *missed[:2])
            wrong = [(c[3].strip(), sorted(hits[i])) for i, c in mine if not c[2] and i in hits]
            tap.ok(not wrong, f"{form}: nothing in place of {what}", *wrong[:2])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
