# METADATA
# scope: package
# title: Workload sets replicas and has an autoscaler
# description: >-
#   Each time the manifest is applied it undoes what the autoscaler did: under load replicas are taken away.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
# custom:
#   id: SW-AVAIL-013
#   severity: low
#   category: workload
#   remediation: >-
#     Remove replicas from the workload.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-hpa-static-replicas]
#   input: {cluster: true}
#   inventory: [workload, HorizontalPodAutoscaler]
#   fields: [spec.replicas]
package seawall.checks.autoscaler_static_replicas

import data.seawall.lib.cluster

deny contains r if {
	some a in cluster.namespaced("HorizontalPodAutoscaler")
	target := a.object.spec.scaleTargetRef
	object := data.inventory.namespace[a.namespace][_][target.kind][target.name]
	is_number(object.spec.replicas)
	not applied_by_server(object)
	r := {
		"msg": sprintf("HorizontalPodAutoscaler %q scales the workload too", [a.object.metadata.name]),
		"path": ["spec", "replicas"],
		"value": object.spec.replicas,
		"object": object,
		"expected": "no replicas",
	}
}

# In a dump of a cluster replicas is what the autoscaler wrote.
applied_by_server(o) if o.metadata.uid
