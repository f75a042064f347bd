# METADATA
# scope: package
# title: A token stands in the manifest
# description: >-
#   The object holds a text in the format of a well-known access token or private key. Whoever reads the repository
#   or the object can use it.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   id: SW-SEC-005
#   severity: high
#   category: secret
#   remediation: >-
#     Remove it from the manifest, revoke it where it was issued, and keep the new one in a secret store.
#   frameworks:
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-hardcoded]
#   input: {any: true}
package seawall.checks.token_anywhere

import data.seawall.lib.kube

deny contains r if {
	not kube.kind in {"Secret", "ConfigMap", "CustomResourceDefinition"}
	walk(input, [path, value])
	is_string(value)
	count(value) >= 20
	regex.match(hint, value)
	some what, pattern in patterns
	regex.match(pattern, value)
	not regex.match(`(?i)example|xxxx|placeholder|redacted`, value)
	r := {"msg": sprintf("The text looks like %s", [what]), "path": path, "value": "(redacted)"}
}

# What every one of the patterns holds: one look at a text instead of twelve.
hint := `AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hooks\.slack\.com|AIza|[sr]k_live_|npm_|dckr_pat_|PRIVATE KEY|eyJ|hvs\.`

patterns := {
	"an AWS access key": `\b(AKIA|ASIA)[A-Z2-7]{16}\b`,
	"a GitHub token": `\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b`,
	"a GitLab token": `\bglpat-[A-Za-z0-9_-]{20,}\b`,
	"a Slack token": `\bxox[abprs]-[A-Za-z0-9-]{20,}\b`,
	"a Slack webhook": `https://hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,}`,
	"a Google API key": `\bAIza[A-Za-z0-9_-]{35}\b`,
	"a Stripe key": `\b[sr]k_live_[A-Za-z0-9]{20,}\b`,
	"an npm token": `\bnpm_[A-Za-z0-9]{36}\b`,
	"a Docker Hub token": `\bdckr_pat_[A-Za-z0-9_-]{20,}\b`,
	"a private key": `-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`,
	"a signed token (JWT)": `\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`,
	"a Vault token": `\bhvs\.[A-Za-z0-9_-]{24,}\b`,
}
