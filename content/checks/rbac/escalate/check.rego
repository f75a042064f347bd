# METADATA
# scope: package
# title: Role can widen roles beyond its own rights
# description: >-
#   Normally nobody can write a role with more rights than their own. The verb escalate switches this protection
#   off.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
# custom:
#   id: SW-RBAC-011
#   severity: critical
#   category: rbac
#   remediation: >-
#     Remove the verb escalate.
#   frameworks:
#     cis: ["5.1.8"]
#     mitre: [T1098.006]
#     owasp-k8s: [K03]
#   covers: [rbac-escalate]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.escalate_verb

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "writes roles with rights it does not have itself"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("critical", hit),
	}
}

targets := [
	{"group": "rbac.authorization.k8s.io", "resource": "roles", "verbs": {"escalate"}},
	{"group": "rbac.authorization.k8s.io", "resource": "clusterroles", "verbs": {"escalate"}},
]
