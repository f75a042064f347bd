# METADATA
# scope: package
# title: cluster-admin is given away
# description: >-
#   The subject gets every right in the whole cluster. If it is a service account, whoever breaks into one of its pods
#   owns the cluster: that is how exposed dashboards became cryptominers.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
# custom:
#   id: SW-RBAC-002
#   severity: high
#   category: rbac
#   remediation: Bind a role that has only the rights the subject uses, in the namespaces it uses.
#   frameworks:
#     cis: ["5.1.1"]
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-cluster-admin]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.cluster_admin_binding

import data.seawall.lib.kube
import data.seawall.lib.rbac

deny contains r if {
	input.roleRef.kind == "ClusterRole"
	input.roleRef.name == "cluster-admin"
	not rbac.is_bootstrap
	some s in rbac.subjects
	r := {
		"msg": sprintf("%s %q has every right in %s", [s.subject.kind, full_name(s.subject), scope]),
		"path": s.path,
		"value": s.subject,
		"expected": "a role with the rights that are used",
		"severity": severity(s.subject),
	}
}

scope := "the whole cluster" if {
	kube.kind == "ClusterRoleBinding"
} else := sprintf("namespace %q", [kube.namespace])

severity(subject) := "critical" if {
	kube.kind == "ClusterRoleBinding"
	anybody(subject)
} else := "high" if {
	kube.kind == "ClusterRoleBinding"
} else := "medium"

# Groups that nearly everybody is in.
anybody(subject) if {
	subject.kind == "Group"
	subject.name in {"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"}
}

anybody(subject) if {
	subject.kind == "User"
	subject.name == "system:anonymous"
}

anybody(subject) if {
	subject.kind == "ServiceAccount"
	subject.name == "default"
}

full_name(subject) := concat("/", [object.get(subject, "namespace", "default"), subject.name]) if {
	subject.kind == "ServiceAccount"
} else := subject.name
