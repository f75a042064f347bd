# METADATA
# scope: package
# title: Two services select the same workloads
# description: >-
#   Two services with one selector send to the same pods. If one is public and the other is not, the pods are
#   public, which a look at the second does not show.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/service/
# custom:
#   id: SW-NET-011
#   severity: low
#   category: network
#   remediation: >-
#     Keep one service, or give the workloads labels that tell them apart.
#   frameworks:
#     owasp-k8s: [K07]
#   covers: [svc-selector-unique]
#   input: {cluster: true}
#   inventory: [Service]
package seawall.checks.services_share_selector

import data.seawall.lib.cluster

deny contains r if {
	some services in by_selector
	count(services) > 1
	some service in services
	others := sort([s.object.metadata.name | some s in services; s != service])
	r := {
		"msg": sprintf("Service %q selects the same workloads", [others[0]]),
		"path": ["spec", "selector"],
		"value": service.object.spec.selector,
		"object": service.object,
	}
}

by_selector[[service.namespace, selector]] contains service if {
	some service in cluster.namespaced("Service")
	selector := service.object.spec.selector
	is_object(selector)
	count(selector) > 0
	not headless(service.object.spec)
}

# A StatefulSet has a headless service beside the one for clients: that is how it is meant.
headless(spec) if spec.clusterIP == "None"
