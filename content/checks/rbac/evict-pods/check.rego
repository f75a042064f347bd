# METADATA
# scope: package
# title: Role can drive pods from nodes
# description: >-
#   Evicting pods, above all together with changing nodes, moves sensitive pods where the attacker waits. Alone it
#   takes services down.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-025
#   severity: low
#   category: rbac
#   remediation: >-
#     Give eviction to the autoscaler and to administrators only.
#   frameworks:
#     mitre: [T1489]
#     owasp-k8s: [K03]
#   covers: [rbac-steal-pods]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.evict_pods

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "moves pods of others, in the worst case to a node it owns"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("low", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/eviction", "verbs": {"create"}},
]
