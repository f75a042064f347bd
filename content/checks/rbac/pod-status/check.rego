# METADATA
# scope: package
# title: Role can change the status of pods
# description: >-
#   Conditions and addresses in a pod's status decide whether a Service sends it traffic and where a controller
#   believes it runs.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-024
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove pods/status from the role; kubelets have their own.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K03]
#   covers: [rbac-pod-status]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.pod_status

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "makes Services send traffic to an address of its choice"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/status", "verbs": {"update", "patch"}},
]
