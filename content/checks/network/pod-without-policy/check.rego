# METADATA
# scope: package
# title: No network policy selects the workload
# description: >-
#   Without a network policy every pod of the cluster may connect to this one, and it may connect everywhere, the
#   internet and the cloud metadata service included.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   id: SW-NET-014
#   severity: medium
#   category: network
#   remediation: >-
#     Add a NetworkPolicy whose podSelector chooses the workload, or a default-deny policy for the namespace.
#   frameworks:
#     cis: ["5.3.2"]
#     mitre: [T1210]
#     nsa-cisa: [network/policies]
#     owasp-k8s: [K07]
#   covers: [net-pod-no-netpol]
#   input: {cluster: true}
#   inventory: [networking.k8s.io/NetworkPolicy, workload]
#   fields: [pod.spec.hostNetwork]
package seawall.checks.pod_without_policy

import data.seawall.lib.cluster

deny contains r if {
	some i, w in cluster.workloads
	not w.owned
	not w.namespace in cluster.system_namespaces
	object.get(w.spec, "hostNetwork", false) != true
	not selected[i]
	r := {
		"msg": "No NetworkPolicy chooses these pods: every pod of the cluster can connect to them",
		"path": array.slice(w.path, 0, max([0, count(w.path) - 1])),
		"object": w.object,
		"expected": "a NetworkPolicy of the namespace that selects the pods",
	}
}

selected contains i if {
	some policy in cluster.namespaced("NetworkPolicy")
	is_object(policy.object.spec)
	selector := selector_of(policy.object.spec)
	some i in cluster.by_namespace[policy.namespace]
	cluster.selects(selector, cluster.workloads[i].labels)
}

# An empty or missing podSelector chooses every pod of the namespace.
selector_of(spec) := spec.podSelector if is_object(spec.podSelector)

selector_of(spec) := {} if object.get(spec, "podSelector", null) == null
