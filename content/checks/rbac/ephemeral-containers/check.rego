# METADATA
# scope: package
# title: Role can add debug containers to running pods
# description: >-
#   A debug container is started in a pod that already runs, with an image of the attacker's choice, next to its
#   processes and with its service account.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
# custom:
#   id: SW-RBAC-007
#   severity: high
#   category: rbac
#   remediation: >-
#     Remove update and patch on pods/ephemeralcontainers from the role.
#   frameworks:
#     mitre: [T1609, T1610]
#     owasp-k8s: [K03]
#   covers: [rbac-ephemeral]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.ephemeral_containers

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "starts a container of its choice inside any pod"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/ephemeralcontainers", "verbs": {"update", "patch"}},
]
