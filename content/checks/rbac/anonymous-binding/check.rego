# METADATA
# scope: package
# title: Role is given to users who did not sign in
# description: >-
#   Requests without credentials run as system:anonymous in the group system:unauthenticated. A role bound to them
#   is open to everybody who can reach the API server.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests
# custom:
#   id: SW-RBAC-040
#   severity: critical
#   category: rbac
#   remediation: >-
#     Remove the subject. Keep the built-in binding system:public-info-viewer only.
#   frameworks:
#     cis: ["5.1.1"]
#     mitre: [T1078.001]
#     nsa-cisa: [auth/anonymous]
#     owasp-k8s: [K03, K06]
#   covers: [rbac-anonymous-bind, rbac-unauthenticated-bind]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.anonymous_binding

import data.seawall.lib.rbac

deny contains r if {
	not rbac.is_bootstrap
	some s in rbac.subjects
	anonymous(s.subject)
	r := {
		"msg": sprintf("%s %q, whoever did not sign in, has role %q", [s.subject.kind, s.subject.name, input.roleRef.name]),
		"path": s.path,
		"value": s.subject,
	}
}

anonymous(subject) if {
	subject.kind == "User"
	subject.name == "system:anonymous"
}

anonymous(subject) if {
	subject.kind == "Group"
	subject.name == "system:unauthenticated"
}
