# METADATA
# scope: package
# title: Secret is written into a command line
# description: >-
#   Command lines are shown by ps to every process of the node's monitoring, stand in the manifest and are logged.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   id: SW-SEC-004
#   severity: high
#   category: secret
#   remediation: >-
#     Read the value from a mounted secret, or through an environment variable filled by secretKeyRef.
#   frameworks:
#     cis: ["5.4.1"]
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-env-plain]
#   input: {workload: true}
package seawall.checks.secret_in_args

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	is_string(word)
	what := found(word, c.container[field], i)
	r := {
		"msg": sprintf("The command line of container %q holds %s", [c.name, what]),
		"path": array.concat(c.path, [field, i]),
		"container": c.name,
		"value": "(redacted)",
	}
}

flag := `--?[\w-]*(?:password|passwd|secret[_-]?key|api[_-]?key|access[_-]?key|auth[_-]?token|token|secret)`

found(word, _, _) := "a password or key" if {
	m := regex.find_all_string_submatch_n(sprintf(`(?i)(?:^|\s)%s[= ]["']?([^\s"']{4,})`, [flag]), word, 1)
	not harmless(m[0][1])
} else := "a password or key" if {
	regex.match(`(?i)\b(AKIA|ASIA)[A-Z2-7]{16}\b|-----BEGIN ([A-Z]+ )?PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36,}\b`, word)
} else := "a URL with a password" if {
	regex.match(`[a-z][a-z0-9+.-]*://[^\s:/@"']+:[^\s@/"'$(){}<>]{4,}@[^\s"']+`, word)
} else := "a password or key" if {
	m := regex.find_all_string_submatch_n(`(?i)(?:^|[\s;])(?:export\s+)?[A-Z_]*(?:PASSWORD|PASSWD|SECRET_KEY|API_KEY|ACCESS_KEY|AUTH_TOKEN)=["']?([^\s"';]{4,})`, word, 1)
	not harmless(m[0][1])
}

# --password VALUE as two words.
found(word, words, i) := "a password or key" if {
	i > 0
	regex.match(sprintf(`(?i)^%s$`, [flag]), words[i - 1])
	count(word) >= 4
	not harmless(word)
	not startswith(word, "-")
}

harmless(v) if regex.match(`^[$<{%@(]|^/|^\./|^(?i:true|false|none|null|file|env|stdin)$`, v)
