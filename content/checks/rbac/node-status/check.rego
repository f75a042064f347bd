# METADATA
# scope: package
# title: Role can change nodes
# description: >-
#   Labels, taints and status of nodes decide where pods are placed. Changing them pulls sensitive pods onto a node
#   the attacker owns.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-023
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove write access to nodes and nodes/status; kubelets have their own.
#   frameworks:
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-node-status]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.node_status

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "steers where pods run and what the control plane believes about nodes"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "nodes/status", "verbs": {"update", "patch"}},
	{"group": "", "resource": "nodes", "verbs": {"update", "patch"}},
]
