# METADATA
# scope: package
# title: Dashboard has administrator rights
# description: >-
#   A dashboard with administrator rights gives the cluster to whoever finds it. Attackers search the internet for
#   it; a large car maker mined coins for them that way.
# related_resources:
# - https://kubernetes.io/docs/tasks/access-application-cluster/web-ui-dashboard/
# custom:
#   id: SW-RBAC-044
#   severity: critical
#   category: rbac
#   remediation: >-
#     Bind the dashboard to a role that only reads what its users may see, and let users sign in with their own
#     token.
#   frameworks:
#     cis: ["5.1.1"]
#     mitre: [T1078, T1133]
#     owasp-k8s: [K03, K06]
#   covers: [rbac-dashboard]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.dashboard_admin

import data.seawall.lib.rbac

deny contains r if {
	input.roleRef.kind == "ClusterRole"
	input.roleRef.name in {"cluster-admin", "admin", "edit"}
	some s in rbac.subjects
	s.subject.kind == "ServiceAccount"
	regex.match(`(^|[-.])dashboard([-.]|$)`, s.subject.name)
	r := {
		"msg": sprintf("Dashboard account %q has role %q", [s.subject.name, input.roleRef.name]),
		"path": s.path,
		"value": s.subject,
		"expected": "a role that only reads",
	}
}
