# METADATA
# scope: package
# title: Binding uses the group system:masters
# description: >-
#   Members of system:masters pass every authorisation check; no role, binding or policy can take a right from them,
#   and their certificates cannot be revoked.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
# custom:
#   id: SW-RBAC-043
#   severity: high
#   category: rbac
#   remediation: >-
#     Make a group of your own and bind cluster-admin, or better a smaller role, to it.
#   frameworks:
#     cis: ["5.1.7"]
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-system-masters]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.system_masters

import data.seawall.lib.rbac

deny contains r if {
	not rbac.is_bootstrap
	some s in rbac.subjects
	s.subject.kind == "Group"
	s.subject.name == "system:masters"
	r := {
		"msg": sprintf("Role %q is bound to the group that may do everything anyway", [input.roleRef.name]),
		"path": s.path,
		"value": s.subject,
		"expected": "a group of your own",
	}
}
