# METADATA
# scope: package
# title: Role can run commands in pods
# description: >-
#   Running a command in a pod gives everything the pod has: its files, its secrets, its service account token and
#   its network place.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-004
#   severity: high
#   category: rbac
#   remediation: >-
#     Give exec to people for the time of an incident only, not to service accounts.
#   frameworks:
#     mitre: [T1609]
#     owasp-k8s: [K03]
#   covers: [rbac-exec]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.pod_exec

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "opens a shell in any pod and takes over its identity and data"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/exec", "verbs": {"create", "get"}},
]
