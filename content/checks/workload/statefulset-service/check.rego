# METADATA
# scope: package
# title: StatefulSet has no headless service
# description: >-
#   Its pods have no names in DNS; peers that look for each other find nobody, or a service that somebody else
#   creates under that name.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
# custom:
#   id: SW-AVAIL-015
#   severity: low
#   category: workload
#   remediation: >-
#     Add a Service with clusterIP: None of the name in serviceName.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-sts-servicename]
#   input: {cluster: true}
#   inventory: [workload, Service]
#   fields: [spec.serviceName]
package seawall.checks.statefulset_service

import data.seawall.lib.cluster

# A namespace is judged only where some of its services were read.
deny contains r if {
	some set in cluster.namespaced("StatefulSet")
	services := {name: s | s := data.inventory.namespace[set.namespace][_].Service[name]}
	count(services) > 0
	name := object.get(set.object, ["spec", "serviceName"], "")
	why := problem(name, services)
	r := {
		"msg": why,
		"path": ["spec", "serviceName"],
		"value": name,
		"object": set.object,
	}
}

problem("", _) := "No service is named"

problem(name, services) := sprintf("Service %q does not exist", [name]) if {
	name != ""
	not services[name]
}

problem(name, services) := sprintf("Service %q is not headless", [name]) if {
	object.get(services[name], ["spec", "clusterIP"], "") != "None"
}
