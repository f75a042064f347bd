# METADATA
# scope: package
# title: Role can delete workloads and data
# description: >-
#   Deletion is how ransom and sabotage look in a cluster. A claim that is deleted often takes its data with it.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-026
#   severity: medium
#   category: rbac
#   remediation: >-
#     Keep delete for administrators and for the controllers that own the objects.
#   frameworks:
#     mitre: [T1485]
#     owasp-k8s: [K03]
#   covers: [rbac-delete]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.delete_workloads

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "takes services down or destroys data"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "pods", "verbs": {"delete", "deletecollection"}},
	{"group": "apps", "resource": "deployments", "verbs": {"delete", "deletecollection"}},
	{"group": "apps", "resource": "statefulsets", "verbs": {"delete", "deletecollection"}},
	{"group": "apps", "resource": "daemonsets", "verbs": {"delete", "deletecollection"}},
	{"group": "", "resource": "namespaces", "verbs": {"delete"}},
	{"group": "", "resource": "persistentvolumeclaims", "verbs": {"delete", "deletecollection"}},
]
