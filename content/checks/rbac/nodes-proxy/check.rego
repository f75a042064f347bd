# METADATA
# scope: package
# title: Role can talk to kubelets through the API server
# description: >-
#   nodes/proxy reaches the kubelet's own API: commands in any pod of the node, without admission control and
#   without an audit record of what was run.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes
# custom:
#   id: SW-RBAC-017
#   severity: high
#   category: rbac
#   remediation: >-
#     Remove nodes/proxy; use nodes/metrics and nodes/stats for monitoring.
#   frameworks:
#     cis: ["5.1.10"]
#     mitre: [T1609]
#     owasp-k8s: [K03]
#   covers: [rbac-nodes-proxy]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.nodes_proxy

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "runs commands in every pod of a node, past audit and admission"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "nodes/proxy", "verbs": {"get", "create", "update", "patch", "delete"}},
]
