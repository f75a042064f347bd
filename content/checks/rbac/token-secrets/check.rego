# METADATA
# scope: package
# title: Role can create secrets
# description: >-
#   A Secret of type service-account-token that names an account is filled by the control plane with a token that
#   never expires.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
# custom:
#   id: SW-RBAC-032
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove write access to secrets, or narrow it with resourceNames and the verbs update and patch.
#   frameworks:
#     mitre: [T1528]
#     owasp-k8s: [K03]
#   covers: [rbac-token-secret-create]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.token_secrets

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "makes long-lived tokens of service accounts by writing a token secret"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "secrets", "verbs": {"create", "update", "patch"}},
]
