# METADATA
# scope: package
# title: Role can read secrets
# description: >-
#   Whoever holds this role can read passwords, keys and service account tokens stored in Secrets. `list` and
#   `watch` show the contents too, not only the names. A stolen token with this right often leads to every other
#   system the secrets open.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
# custom:
#   id: SW-RBAC-003
#   severity: high
#   category: rbac
#   remediation: >-
#     Drop the right, or narrow it with resourceNames and the verb get to the secrets that are used.
#   frameworks:
#     cis: ["5.1.2"]
#     mitre: [T1552.007]
#     nsa-cisa: [auth/least-privilege]
#     owasp-k8s: [K03]
#   covers: [rbac-secrets-read]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.secrets_read

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "reveals passwords, keys and tokens"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "secrets", "verbs": {"get", "list", "watch"}},
]
