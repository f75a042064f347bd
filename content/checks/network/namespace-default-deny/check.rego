# METADATA
# scope: package
# title: Namespace without a default-deny network policy
# description: >-
#   Pods of this namespace accept connections from every pod of the cluster, since no network policy says otherwise.
#   Whoever breaks into any pod can reach them all.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies
# custom:
#   id: SW-NET-001
#   severity: medium
#   category: network
#   remediation: >-
#     Add a NetworkPolicy with an empty podSelector that denies ingress, then allow what is needed.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa-cisa: [network/default-deny]
#     owasp-k8s: [K07]
#   covers: [net-ns-no-netpol]
#   input: {cluster: true}
#   inventory: [Namespace, networking.k8s.io/NetworkPolicy, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.namespace_default_deny

import data.seawall.lib.cluster

deny contains r if {
	some name in cluster.namespaces_with_workloads
	not name in cluster.system_namespaces
	not denied[name]
	r := {
		"msg": sprintf("Namespace %q has workloads but no network policy that denies ingress by default", [name]),
		"path": ["metadata", "name"],
		"object": cluster.namespace_object(name, cluster.first_workload(name)),
		"expected": "a NetworkPolicy with an empty podSelector and policyTypes [Ingress]",
	}
}

denied contains policy.namespace if {
	some policy in cluster.namespaced("NetworkPolicy")
	everything(policy.object.spec)
	ingress(policy.object.spec)
}

everything(spec) if object.get(spec, "podSelector", {}) in [null, {}]

everything(spec) if {
	selector := spec.podSelector
	count(object.get(selector, "matchLabels", {})) == 0
	count(object.get(selector, "matchExpressions", [])) == 0
}

# Without policyTypes a policy is about ingress.
ingress(spec) if {
	count(object.get(spec, "policyTypes", [])) == 0
	count(object.get(spec, "ingress", [])) == 0
}

ingress(spec) if {
	"Ingress" in spec.policyTypes
	count(object.get(spec, "ingress", [])) == 0
}
