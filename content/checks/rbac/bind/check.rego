# METADATA
# scope: package
# title: Role can hand out roles it does not have
# description: >-
#   The verb bind lets its holder create bindings to roles with more rights than their own, cluster-admin included.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
# custom:
#   id: SW-RBAC-012
#   severity: critical
#   category: rbac
#   remediation: >-
#     Remove the verb bind, or list the roles that may be bound in resourceNames.
#   frameworks:
#     cis: ["5.1.8"]
#     mitre: [T1098.006]
#     owasp-k8s: [K03]
#   covers: [rbac-bind]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.bind_verb

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "gives itself or others any role"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("critical", hit),
	}
}

targets := [
	{"group": "rbac.authorization.k8s.io", "resource": "roles", "verbs": {"bind"}},
	{"group": "rbac.authorization.k8s.io", "resource": "clusterroles", "verbs": {"bind"}},
]
