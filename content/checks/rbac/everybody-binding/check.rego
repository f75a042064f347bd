# METADATA
# scope: package
# title: Role is given to everybody who signed in
# description: >-
#   system:authenticated holds every user and every service account of the cluster, system:serviceaccounts every
#   service account. One stolen token of the least important pod is enough to use the role.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-041
#   severity: high
#   category: rbac
#   remediation: >-
#     Bind the role to the users, groups or service accounts that need it.
#   frameworks:
#     cis: ["5.1.1"]
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-authenticated-bind]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.everybody_binding

import data.seawall.lib.rbac

deny contains r if {
	not rbac.is_bootstrap
	some s in rbac.subjects
	s.subject.kind == "Group"
	everybody[s.subject.name]
	r := {
		"msg": sprintf("Group %q, %s, has role %q", [s.subject.name, everybody[s.subject.name], input.roleRef.name]),
		"path": s.path,
		"value": s.subject,
	}
}

everybody := {
	"system:authenticated": "everybody who signed in",
	"system:serviceaccounts": "every service account of the cluster",
}
