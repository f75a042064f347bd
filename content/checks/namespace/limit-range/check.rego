# METADATA
# scope: package
# title: Namespace has no default limits
# description: >-
#   Containers that set no limits get none. A LimitRange gives them defaults, so that one forgotten field does not
#   take a node down.
# related_resources:
# - https://kubernetes.io/docs/concepts/policy/limit-range/
# custom:
#   id: SW-NS-006
#   severity: low
#   category: namespace
#   remediation: >-
#     Add a LimitRange with default requests and limits.
#   frameworks:
#     cis: ["5.6.1"]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K02]
#   covers: [ns-boundaries]
#   input: {cluster: true}
#   inventory: [Namespace, LimitRange, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.limit_range

import data.seawall.lib.cluster

# Only of namespaces whose manifest was read, and that hold workloads.
deny contains r if {
	some name in cluster.namespaces_with_workloads
	not name in cluster.system_namespaces
	namespace := data.inventory.cluster.v1.Namespace[name]
	not has[name]
	r := {
		"msg": sprintf("Namespace %q has no LimitRange: containers without limits get none", [name]),
		"path": ["metadata", "name"],
		"object": namespace,
		"expected": "a LimitRange",
	}
}

has contains x.namespace if some x in cluster.namespaced("LimitRange")
