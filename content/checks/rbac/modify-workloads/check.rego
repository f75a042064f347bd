# METADATA
# scope: package
# title: Role can change running workloads
# description: >-
#   Changing a workload is as good as creating one: the image, command or service account is replaced, and the pod
#   comes back as the attacker's own.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-009
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave changes of workloads to the deployment pipeline, or narrow the rule with resourceNames.
#   frameworks:
#     mitre: [T1525, T1610]
#     owasp-k8s: [K03]
#   covers: [rbac-modify-pods, sa-update-blocked]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.modify_workloads

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "swaps the image or command of a workload that others trust"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "pods", "verbs": {"update", "patch"}},
	{"group": "apps", "resource": "deployments", "verbs": {"update", "patch"}},
	{"group": "apps", "resource": "daemonsets", "verbs": {"update", "patch"}},
	{"group": "apps", "resource": "statefulsets", "verbs": {"update", "patch"}},
	{"group": "apps", "resource": "replicasets", "verbs": {"update", "patch"}},
	{"group": "batch", "resource": "jobs", "verbs": {"update", "patch"}},
	{"group": "batch", "resource": "cronjobs", "verbs": {"update", "patch"}},
]
