# METADATA
# scope: package
# title: Service selects no workload
# description: >-
#   The service sends traffic nowhere. Whoever creates a pod with its labels later receives the traffic of everybody
#   who still uses the name.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/service/
# custom:
#   id: SW-NET-010
#   severity: low
#   category: network
#   remediation: >-
#     Correct the selector, or delete the service.
#   frameworks:
#     owasp-k8s: [K07]
#   covers: [svc-dangling]
#   input: {cluster: true}
#   inventory: [Service, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.service_selects_nothing

import data.seawall.lib.cluster

deny contains r if {
	some service in cluster.namespaced("Service")
	selector := service.object.spec.selector
	is_object(selector)
	count(selector) > 0
	count(cluster.by_namespace[service.namespace]) > 0
	not cluster.any_with_labels(service.namespace, selector)
	r := {
		"msg": sprintf("No workload of namespace %q has the labels that the service selects", [service.namespace]),
		"path": ["spec", "selector"],
		"value": selector,
		"object": service.object,
	}
}
