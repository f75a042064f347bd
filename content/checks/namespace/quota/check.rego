# METADATA
# scope: package
# title: Namespace has no resource quota
# description: >-
#   One workload of the namespace, broken or broken into, can use up the cluster: processors for mining, memory
#   until others are killed, load balancers until the bill arrives.
# related_resources:
# - https://kubernetes.io/docs/concepts/policy/resource-quotas/
# custom:
#   id: SW-NS-005
#   severity: low
#   category: namespace
#   remediation: >-
#     Add a ResourceQuota for processors, memory, pods and services.
#   frameworks:
#     cis: ["5.6.1"]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K02]
#   covers: [ns-boundaries]
#   input: {cluster: true}
#   inventory: [Namespace, ResourceQuota, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.quota

import data.seawall.lib.cluster

# Only of namespaces whose manifest was read, and that hold workloads.
deny contains r if {
	some name in cluster.namespaces_with_workloads
	not name in cluster.system_namespaces
	namespace := data.inventory.cluster.v1.Namespace[name]
	not has[name]
	r := {
		"msg": sprintf("Namespace %q has no ResourceQuota: nothing limits what the namespace may use", [name]),
		"path": ["metadata", "name"],
		"object": namespace,
		"expected": "a ResourceQuota",
	}
}

has contains x.namespace if some x in cluster.namespaced("ResourceQuota")
