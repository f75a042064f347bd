#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets made here, in the forms that providers document, and what only looks like them; and that no report in any
format holds a secret's bytes: prints TAP."""
import binascii
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
import json

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

R = random.Random(7)
N = 12
ALNUM = string.ascii_letters + string.digits
SETS = {"a": string.ascii_lowercase + string.digits, "A": ALNUM, "U": string.ascii_uppercase + string.digits,
        "h": "0123456789abcdef", "d": string.digits, "w": ALNUM + "_-", "b": ALNUM + "+/", "l": string.ascii_letters,
        "H": "0123456789ABCDEF"}
# {A36}: 36 of the set A; everything else is itself. From the providers' own documentation of their tokens.
FORMS = {
    "aws-access-key-id": "AKIA{U16}", "github-fine-grained-pat": "github_pat_{A22}_{A59}", "gitlab-token": "glpat-{w20}",
    "slack-bot-token": "xoxb-{d12}-{d13}-{A24}", "slack-webhook": "https://hooks.slack.com/services/T{U10}/B{U10}/{A24}",
    "slack-app-token": "xapp-1-A{U10}-{d13}-{h64}", "stripe-key": "sk_live_{A24}", "sendgrid-key": "SG.{w22}.{w43}",
    "mailchimp-key": "mailchimp api_key={h32}-us12", "digitalocean-token": "dop_v1_{h64}", "pypi-token": "pypi-AgEIcHlwaS5vcmc{w150}",
    "rubygems-token": "rubygems_{h48}", "crates-token": "cio{A32}", "nuget-key": "oy2{a43}", "dockerhub-pat": "dckr_pat_{w27}",
    "databricks-token": "dapi{h32}", "shopify-token": "shpat_{h32}", "square-token": "sq0csp-{w43}", "linear-key": "lin_api_{A40}",
    "notion-token": "ntn_{A46}", "airtable-key": "pat{A14}.{h64}", "postman-key": "PMAK-{h24}-{h34}", "figma-token": "figd_{w40}",
    "newrelic-key": "NRAK-{U27}", "grafana-token": "glsa_{A32}_{h8}", "doppler-token": "dp.pt.{A43}", "pulumi-token": "pul-{h40}",
    "vault-token": "hvs.{w95}", "terraform-token": "{A14}.atlasv1.{w67}", "openai-key": "sk-proj-{w74}T3BlbkFJ{w74}",
    "anthropic-key": "sk-ant-api03-{w93}AA", "groq-key": "gsk_{A52}", "huggingface-token": "hf_{l34}", "replicate-token": "r8_{A37}",
    "perplexity-key": "pplx-{A48}", "langsmith-key": "lsv2_pt_{h32}_{h10}", "gcp-api-key": "AIza{w35}",
    "gcp-oauth-client-secret": "GOCSPX-{w28}", "telegram-bot-token": "{d10}:AA{A33}", "twilio-key": "SK{h32}",
    "azure-ad-client-secret": "secret = {A3}8Q~{A34}", "heroku-key": "HRKU-AA{A58}", "netlify-token": "nfp_{A36}",
    "atlassian-token": "ATATT3xFfGF0{w180}", "bitbucket-app-password": "ATBB{A32}", "octopus-key": "API-{U26}",
    "flyio-token": "fo1_{w43}", "planetscale-token": "pscale_tkn_{A43}", "supabase-token": "sbp_{h40}", "resend-key": "re_{A8}_{A24}",
    "sendinblue-key": "xkeysib-{h64}-{A16}", "razorpay-key": "rzp_live_{A14}", "plaid-token": "access-production-{u}",
    "hubspot-pat": "pat-na1-{u}", "dynatrace-token": "dt0c01.{U24}.{U64}", "buildkite-token": "bkua_{a40}", "sonarqube-token": "squ_{h40}",
    "contentful-token": "CFPAT-{w43}", "typeform-token": "tfp_{w44}", "prefect-key": "pnu_{A36}", "readme-key": "rdme_{a70}",
    "tailscale-key": "tskey-auth-{A12}-{A32}", "age-secret-key": "AGE-SECRET-KEY-1{q58}", "deno-token": "ddp_{A36}",
    "mailersend-token": "mlsn.{h64}", "launchdarkly-key": "sdk-{v}", "posthog-key": "phx_{A43}", "cerebras-key": "csk-{a48}",
    "cockroachdb-key": "CCDB1_{A22}_{A40}", "docker-swarm-token": "SWMTKN-1-{a50}-{a25}", "zuplo-key": "zpka_{a32}_{h8}",
    "nexus-token": "NpmToken.{u}", "stytch-secret": "secret-live-{A36}", "wakatime-key": "waka_{v}", "e2b-key": "e2b_{h40}",
    "facebook-graph-token": "{d15}|{A27}", "together-key": "tgp_v1_{w43}", "xata-key": "xau_{A28}", "pinecone-key": "pcsk_{A68}",
    "wireguard-key": "PrivateKey = {b42}E=", "openrouter-key": "sk-or-v1-{h64}", "nvidia-key": "nvapi-{A64}", "npm-token": "npm_{A36}",
    "digitalocean-token#2": "doo_v1_{h64}", "gitlab-token#2": "gldt-{w20}", "slack-user-token": "xoxp-{d12}-{d12}-{d12}-{h32}",
}
# Names of services, without a form of their token: any of these rules is right.
SERVICES = ["algolia", "cloudflare", "datadog", "fastly", "hetzner", "mixpanel", "opsgenie", "pagerduty", "pipedrive", "rollbar",
            "segment", "sentry", "shodan", "snyk", "travis", "trello", "twitch", "typeform", "uptimerobot", "zendesk", "linode", "vultr"]
SETTINGS = ["{S}_API_KEY={t}", "{s}_token: {t}", "\"{s}ApiKey\": \"{t}\"", "const {s}Secret = '{t}';", "{s}.access_key = \"{t}\""]
NONE = [
    "integrity: sha512-{b86}==", "commit {h40}", "image: registry.example/app@sha256:{h64}", "uid: {u}", "ETag: \"{h32}\"",
    "github.com/google/uuid v1.6.0 h1:{b43}=", "token := parser.NextToken(googleCloudStorageV1beta1)", "id: {d18}", "{h8}-{h4}",
    "password: ${{DB_PASSWORD}}", "api_key: <your-api-key>", "secretName: my-tls-secret-v1beta1", "tokenType := \"urn:ietf:params:oauth\"",
    "file_google_cloud_identitytoolkit_v2_mfa_info_proto_msgTypes", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "color: #{h6}",
    "ghp_{A20}", "glpat-{A8}", "sk_live_short1", "npm_{A12}", "AKIA{U10}", "xoxb-{d4}", "dop_v1_{h20}", "hvs.{A10}",
]


def uuid(version):
    h = "".join(R.choice(SETS["h"]) for _ in range(32))
    return f"{h[:8]}-{h[8:12]}-{version}{h[13:16]}-{R.choice('89ab')}{h[17:20]}-{h[20:]}"


def make(form):
    out, i = "", 0
    while i < len(form):
        end = form.find("}", i)
        what = form[i + 1:end] if form[i] == "{" and end > 0 else ""
        if what in ("u", "v"):
            out, i = out + uuid("4"), end + 1
        elif what[1:].isdigit() and (what[0] in SETS or what[0] == "q"):
            of = SETS.get(what[0], "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")
            part = "".join(R.choice(of) for _ in range(int(what[1:]) - 1))
            out, i = out + part + R.choice([c for c in of if c.isalnum()]), end + 1
        else:
            out, i = out + form[i], i + 1
    return out.replace("{{", "{").replace("}}", "}")


def base62_crc(body):
    """The last six characters of GitHub's and npm's tokens: CRC32 of what is before, in base 62."""
    n, out = binascii.crc32(body.encode()), ""
    for _ in range(6):
        out = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[n % 62] + out
        n //= 62
    return out


def cases():
    for rule, form in sorted(FORMS.items()):
        for _ in range(N):
            yield rule.split("#")[0], f"x: {make(form)}\n" if form[0] != "s" or "=" not in form else make(form) + "\n"
    for prefix, rule in (("ghp_", "github-pat"), ("gho_", "github-oauth"), ("ghs_", "github-app-token"), ("npm_", "npm-token")):
        for _ in range(N):
            body = make("{A30}")
            yield rule, f"TOKEN={prefix}{body}{base62_crc(body)}\n"
    for s in SERVICES:
        for setting in SETTINGS:
            t = make(R.choice(["{h32}", "{A40}", "{a24}", "{A32}"]))
            yield "", setting.replace("{S}", s.upper()).replace("{s}", s).replace("{t}", t) + "\n"


def scan(seawall, root, form="json", extra=()):
    done = subprocess.run([seawall, "scan", "secrets", root, "-o", form, "--fail-on", "never", "--no-waivers", *extra],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def found(seawall, texts):
    root = tempfile.mkdtemp(prefix="secrets-made-")
    try:
        for i, text in enumerate(texts):
            with open(os.path.join(root, f"{i:05}.txt"), "w", encoding="utf-8") as f:
                f.write(text)
        hits = {}
        for f in json.loads(scan(seawall, root))["findings"]:
            hits.setdefault(int(os.path.basename(f["evidence"][0]["file"])[:5]), set()).add(f["rule"].split("/")[1])
        return hits
    finally:
        shutil.rmtree(root, ignore_errors=True)


def leaks(seawall):
    """(format, secret) of every report that has more of a secret than its first four characters."""
    root = tempfile.mkdtemp(prefix="secrets-shown-")
    secrets = [make(FORMS[r]).split(" ")[-1] for r in ("sendgrid-key", "digitalocean-token", "gitlab-token", "npm-token")]
    secrets.append("hunter2-" + make("{A14}"))
    bad = []
    try:
        with open(os.path.join(root, "a.env"), "w", encoding="utf-8") as f:
            f.write("".join(f"KEY{i}_PASSWORD=\"{s}\"\n" for i, s in enumerate(secrets)))
        for form in ("csv", "github", "html", "json", "junit", "markdown", "openreports", "policyreport", "sarif", "table"):
            out = scan(seawall, root, form, ("-v",))
            bad += [f"{form}: {s[:4]}" for s in secrets if s[4:12].encode() in out or binascii.b2a_base64(s.encode())[:12] in out]
            bad += [f"{form}: nothing" for _ in [0] if b"github" not in form.encode() and not out]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return bad


def main(seawall):
    made = list(cases())
    hits = found(seawall, [text for _, text in made])
    rules, missed = {}, 0
    for i, (rule, text) in enumerate(made):
        ok = rule in hits.get(i, ()) if rule else bool(hits.get(i))
        rules.setdefault(rule or "services", []).append(None if ok else text.strip()[:12] + "... " + str(sorted(hits.get(i, ()))))
        missed += not ok
    tap = Tap()
    for rule, results in sorted(rules.items()):
        bad = [r for r in results if r]
        # Chance makes a word or a run of one letter of some tokens; services' names are no forms.
        fine = len(bad) <= (len(results) // 20 if rule == "services" else 0)
        tap.ok(fine, f"{rule}: {len(results) - len(bad)} of {len(results)}", *bad[:3])
    none = [make(form) + "\n" for form in NONE for _ in range(N)]
    wrong = found(seawall, none)
    for k, form in enumerate(NONE):
        bad = [sorted(wrong[i]) for i in range(k * N, (k + 1) * N) if i in wrong]
        tap.ok(not bad, f"none: {form}", bad[:3])
    bad = leaks(seawall)
    tap.ok(not bad, "no format shows a secret", bad)
    tap.ok(True, f"{len(made) - missed} of {len(made)} made secrets found")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
