# METADATA
# scope: package
# title: Role can issue service account tokens
# description: >-
#   With serviceaccounts/token the holder asks the API server for a fresh token of any service account and goes on
#   as that account.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request
# custom:
#   id: SW-RBAC-015
#   severity: critical
#   category: rbac
#   remediation: >-
#     Remove create on serviceaccounts/token, or list the accounts in resourceNames.
#   frameworks:
#     cis: ["5.1.13"]
#     mitre: [T1528]
#     owasp-k8s: [K03]
#   covers: [rbac-token-request]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.token_request

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "becomes any service account of its reach"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("critical", hit),
	}
}

targets := [
	{"group": "", "resource": "serviceaccounts/token", "verbs": {"create"}},
]
