# METADATA
# scope: package
# title: Secret written into an environment variable
# description: >-
#   A password or key stands in the manifest itself. Everybody who can read the repository or the pod can read it, it
#   shows up in crash dumps and logs, and it cannot be changed without touching every copy.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/secret/
# custom:
#   id: SW-SEC-001
#   severity: high
#   category: secret
#   remediation: >-
#     Move the value to a Secret (best kept in a secret store), read it through `secretKeyRef` or a mounted file, and
#     change it, since it must be seen as known.
#   frameworks:
#     cis: ["5.4.1"]
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-env-plain]
#   input: {workload: true}
package seawall.checks.secret_in_env

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	is_array(c.container.env)
	some i, env in c.container.env
	is_string(env.value)
	is_secret_name(env.name)
	count(trim_space(env.value)) >= 4
	not is_reference(env.value)
	r := {
		"msg": sprintf("Environment variable %q of container %q holds a secret in plain text", [env.name, c.name]),
		"path": array.concat(c.path, ["env", i, "value"]),
		"container": c.name,
		"value": "(redacted)",
		"expected": "valueFrom.secretKeyRef",
	}
}

is_secret_name(name) if {
	is_string(name)
	regex.match(`(?i)(^|[_.-])(password|passwd|passphrase|pwd|secret|secret[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key|token|credentials?)$`, name)
}

# $(OTHER), a path, a URL without user, a boolean or a number names or switches something: it is no secret itself.
is_reference(value) if regex.match(`^\$\([A-Za-z0-9_.-]+\)$`, value)

is_reference(value) if regex.match(`^(/[\w.-]+)+/?$`, value)

is_reference(value) if regex.match(`^[a-z][a-z0-9+.-]*://[^@]*$`, value)

is_reference(value) if lower(value) in {"true", "false", "null", "none"}
