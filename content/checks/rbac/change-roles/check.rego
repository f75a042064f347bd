# METADATA
# scope: package
# title: Role can change roles
# description: >-
#   Roles that can be rewritten are no limit. The API server only refuses rights that the writer does not have.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-014
#   severity: medium
#   category: rbac
#   remediation: >-
#     Leave roles to administrators or to the pipeline that owns access.
#   frameworks:
#     cis: ["5.1.8"]
#     mitre: [T1098.006]
#     owasp-k8s: [K03]
#   covers: [rbac-escalate]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.change_roles

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "rewrites what other roles allow"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "rbac.authorization.k8s.io", "resource": "roles", "verbs": {"create", "update", "patch"}},
	{"group": "rbac.authorization.k8s.io", "resource": "clusterroles", "verbs": {"create", "update", "patch"}},
]
