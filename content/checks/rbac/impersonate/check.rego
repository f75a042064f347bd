# METADATA
# scope: package
# title: Role can act as other users
# description: >-
#   Impersonation sends a request in somebody else's name. With users and groups it ends at system:masters, the
#   group that may do everything.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
# custom:
#   id: SW-RBAC-010
#   severity: critical
#   category: rbac
#   remediation: >-
#     Remove the verb impersonate, or list the exact names in resourceNames.
#   frameworks:
#     cis: ["5.1.8"]
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-impersonate]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.impersonate

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "sends requests as anybody else, up to cluster administrators"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("critical", hit),
	}
}

targets := [
	{"group": "", "resource": "users", "verbs": {"impersonate"}},
	{"group": "", "resource": "groups", "verbs": {"impersonate"}},
	{"group": "", "resource": "serviceaccounts", "verbs": {"impersonate"}},
	{"group": "authentication.k8s.io", "resource": "userextras", "verbs": {"impersonate"}},
]
