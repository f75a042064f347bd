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
#   input: {cluster: true}
#   inventory: [Namespace, networking.k8s.io/NetworkPolicy, workload]
package seawall.checks.namespace_default_deny

deny contains r if {
	some name, objects in data.inventory.namespace
	not name in system
	some kinds in objects
	some kind, named in kinds
	kind != "NetworkPolicy"
	count(named) > 0
	not denied[name]
	r := {
		"msg": sprintf("Namespace %q has workloads but no network policy that denies ingress by default", [name]),
		"path": ["metadata", "name"],
		"object": subject(name, first[name]),
		"expected": "a NetworkPolicy with an empty podSelector and policyTypes [Ingress]",
	}
}

system := {"kube-system", "kube-public", "kube-node-lease"}

# The namespace itself where its manifest was read, else the first of its workloads.
subject(name, _) := data.inventory.cluster.v1.Namespace[name]

subject(name, other) := other if not data.inventory.cluster.v1.Namespace[name]

first[name] := all[0] if {
	some name, objects in data.inventory.namespace
	all := [object |
		some kinds in objects
		some kind, named in kinds
		kind != "NetworkPolicy"
		some object in named
	]
	count(all) > 0
}

denied contains name if {
	some name, objects in data.inventory.namespace
	some version, kinds in objects
	startswith(version, "networking.k8s.io/")
	some policy in kinds.NetworkPolicy
	everything(policy.spec)
	ingress(policy.spec)
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
