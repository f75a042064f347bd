# METADATA
# scope: package
# title: Nothing keeps pods from the cloud metadata service
# description: >-
#   The metadata service at 169.254.169.254 gives the node's cloud credentials to whoever asks. A pod with a
#   server-side request forgery bug is enough.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/security-checklist/#network-security
# custom:
#   id: SW-NET-013
#   severity: low
#   category: network
#   remediation: >-
#     Deny egress to 169.254.169.254/32 by a NetworkPolicy (a default-deny for egress does it), and use workload
#     identity.
#   frameworks:
#     mitre: [T1552.005]
#     owasp-k8s: [K07]
#   covers: [net-metadata-api]
#   input: {cluster: true}
#   inventory: [networking.k8s.io/NetworkPolicy, workload, Namespace]
#   fields: [pod.metadata.labels]
package seawall.checks.metadata_api

import data.seawall.lib.cluster

deny contains r if {
	some name in cluster.namespaces_with_workloads
	not name in cluster.system_namespaces
	not fenced[name]
	r := {
		"msg": sprintf("Pods of namespace %q can ask the cloud metadata service for credentials", [name]),
		"path": ["metadata", "name"],
		"object": cluster.namespace_object(name, cluster.first_workload(name)),
		"expected": "an egress policy for all pods that leaves out 169.254.169.254",
	}
}

# A policy for all pods of the namespace that restricts egress and does not let the address through.
fenced contains policy.namespace if {
	some policy in cluster.namespaced("NetworkPolicy")
	spec := policy.object.spec
	cluster.selects(object.get(spec, "podSelector", {}), {})
	"Egress" in spec.policyTypes
	not lets_through(spec)
}

lets_through(spec) if {
	some rule in spec.egress
	object.get(rule, "to", null) in [null, []]
	object.get(rule, "ports", null) in [null, []]
}

lets_through(spec) if {
	some rule in spec.egress
	block := rule.to[_].ipBlock
	net.cidr_contains(block.cidr, "169.254.169.254")
	not excepted(block)
}

excepted(block) if {
	some range in block.except
	net.cidr_contains(range, "169.254.169.254")
}
