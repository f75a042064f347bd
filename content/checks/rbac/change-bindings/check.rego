# METADATA
# scope: package
# title: Role can change who has which role
# description: >-
#   Writing bindings decides who may do what. Together with bind, or with wide rights of its own, it hands the
#   cluster to anybody.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-013
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave bindings to administrators or to the pipeline that owns access.
#   frameworks:
#     cis: ["5.1.8"]
#     mitre: [T1098.006]
#     owasp-k8s: [K03]
#   covers: [rbac-bind, rbac-add-subject]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.change_bindings

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "adds subjects to bindings"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "rbac.authorization.k8s.io", "resource": "rolebindings", "verbs": {"create", "update", "patch"}},
	{"group": "rbac.authorization.k8s.io", "resource": "clusterrolebindings", "verbs": {"create", "update", "patch"}},
]
