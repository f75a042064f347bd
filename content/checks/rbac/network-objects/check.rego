# METADATA
# scope: package
# title: Role can change network rules and entry points
# description: >-
#   Services and Ingresses publish applications, network policies fence them. Whoever writes them decides what can
#   be reached.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-030
#   severity: medium
#   category: rbac
#   remediation: >-
#     Leave network objects to the team that owns the network, or narrow the rule to one namespace.
#   frameworks:
#     mitre: [T1562.007]
#     owasp-k8s: [K03, K07]
#   covers: [rbac-networking]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.network_objects

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "opens paths into the cluster or removes walls inside it"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "networking.k8s.io", "resource": "networkpolicies", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "networking.k8s.io", "resource": "ingresses", "verbs": {"create", "update", "patch"}},
	{"group": "", "resource": "services", "verbs": {"create", "update", "patch"}},
]
