# METADATA
# scope: package
# title: Role can attach to running pods
# description: >-
#   Attaching joins the input and output of a running process. What users type there, passwords too, can be read,
#   and commands can be typed into a waiting shell.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-005
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove pods/attach from the role.
#   frameworks:
#     mitre: [T1609]
#     owasp-k8s: [K03]
#   covers: [rbac-attach]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.pod_attach

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "reads and writes the terminal of any pod"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/attach", "verbs": {"create", "get"}},
]
