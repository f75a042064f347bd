# METADATA
# scope: package
# title: Network policy selects no workload
# description: >-
#   The policy protects nothing: no pod has the labels that it asks for. Often a label was renamed and the
#   protection silently fell away.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   id: SW-NET-004
#   severity: low
#   category: network
#   remediation: >-
#     Correct the labels in podSelector, or delete the policy.
#   frameworks:
#     cis: ["5.3.2"]
#     owasp-k8s: [K07]
#   covers: [net-netpol-dangling]
#   input: {cluster: true}
#   inventory: [networking.k8s.io/NetworkPolicy, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.policy_selects_nothing

import data.seawall.lib.cluster

# Only where workloads of the namespace were read: a policy alone in a folder says nothing.
deny contains r if {
	some policy in cluster.namespaced("NetworkPolicy")
	selector := policy.object.spec.podSelector
	is_object(selector)
	count(cluster.by_namespace[policy.namespace]) > 0
	not cluster.any_selected(policy.namespace, selector)
	r := {
		"msg": sprintf("No workload of namespace %q has the labels that the policy selects", [policy.namespace]),
		"path": ["spec", "podSelector"],
		"value": selector,
		"object": policy.object,
	}
}
