# METADATA
# scope: package
# title: Role can create pods
# description: >-
#   Whoever can create a pod, directly or through a Deployment, Job or the like, can mount every secret of the
#   namespace, run as any of its service accounts and, where no admission policy forbids it, take over the node.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation
# custom:
#   id: SW-RBAC-008
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave creating workloads to the deployment pipeline, and enforce Pod Security Standards on the namespace.
#   frameworks:
#     cis: ["5.1.4"]
#     mitre: [T1610]
#     nsa-cisa: [auth/least-privilege]
#     owasp-k8s: [K03]
#   covers: [rbac-create-pods]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.create_workloads

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "runs pods with any service account and secret of the namespace"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "pods", "verbs": {"create"}},
	{"group": "", "resource": "replicationcontrollers", "verbs": {"create"}},
	{"group": "apps", "resource": "deployments", "verbs": {"create"}},
	{"group": "apps", "resource": "daemonsets", "verbs": {"create"}},
	{"group": "apps", "resource": "statefulsets", "verbs": {"create"}},
	{"group": "apps", "resource": "replicasets", "verbs": {"create"}},
	{"group": "batch", "resource": "jobs", "verbs": {"create"}},
	{"group": "batch", "resource": "cronjobs", "verbs": {"create"}},
]
