# METADATA
# scope: package
# title: ConfigMap holds a password or key
# description: >-
#   ConfigMaps are not encrypted at rest, are readable by many roles and are printed freely. Whatever is secret in
#   them is not secret.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   id: SW-SEC-003
#   severity: high
#   category: secret
#   remediation: >-
#     Move the value into a Secret or a secret store, and change it: it must be seen as known.
#   frameworks:
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-configmap]
#   input: {kinds: [ConfigMap]}
package seawall.checks.secret_in_configmap

deny contains r if {
	some field in ["data", "binaryData"]
	some key, value in input[field]
	is_string(value)
	what := found(key, value)
	r := {
		"msg": sprintf("Key %q holds %s", [key, what]),
		"path": [field, key],
		"value": "(redacted)",
		"expected": "a Secret",
	}
}

found(key, value) := "a secret by its name" if {
	regex.match(`(?i)(^|[_.-])(password|passwd|passphrase|secret[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|credentials?)$`, key)
	not harmless(value)
} else := what if {
	some what, pattern in patterns
	regex.match(pattern, value)
} else := "a password inside a configuration file" if {
	some line in split(value, "\n")
	m := regex.find_all_string_submatch_n(`(?i)(?:^|[\s{,])["']?[\w.-]*(?:password|passwd|secret[_-]?key|api[_-]?key|access[_-]?key|auth[_-]?token)["']?\s*[:=]\s*["']?([^\s"'#]{6,})`, line, 1)
	not harmless(m[0][1])
}

patterns := {
	"a private key": `-----BEGIN ([A-Z]+ )?PRIVATE KEY-----`,
	"an AWS access key": `\b(AKIA|ASIA)[A-Z2-7]{16}\b`,
	"a GitHub token": `\bgh[pousr]_[A-Za-z0-9]{36,}\b`,
	"a Slack token": `\bxox[abpr]-[A-Za-z0-9-]{20,}\b`,
	"a Google API key": `\bAIza[A-Za-z0-9_-]{35}\b`,
	"a URL with a password": `[a-z][a-z0-9+.-]*://[^\s:/@"']+:[^\s@/"'${}<>]{4,}@[^\s"']+`,
}

# References, placeholders, paths, switches and empty values.
harmless(v) if regex.match(`^\s*$`, v)

harmless(v) if regex.match(`^[$<{%]`, v)

harmless(v) if regex.match(`^(/[\w.-]+)+/?$`, v)

harmless(v) if lower(trim_space(v)) in {"true", "false", "null", "none", "changeme", "file", "env", "required", "optional"}
