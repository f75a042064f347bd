# METADATA
# scope: package
# title: Autoscaler names a workload that was not found
# description: >-
#   Nothing is scaled: the autoscaler waits for a workload of that name.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
# custom:
#   id: SW-AVAIL-012
#   severity: low
#   category: workload
#   remediation: >-
#     Correct scaleTargetRef.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-hpa-target]
#   input: {cluster: true}
#   inventory: [workload, HorizontalPodAutoscaler]
#   fields: [pod.metadata.labels]
package seawall.checks.autoscaler_target

import data.seawall.lib.cluster

# A namespace is judged only where workloads of the target's kind were read.
deny contains r if {
	some a in cluster.namespaced("HorizontalPodAutoscaler")
	target := a.object.spec.scaleTargetRef
	names := {name | data.inventory.namespace[a.namespace][_][target.kind][name]}
	count(names) > 0
	not target.name in names
	r := {
		"msg": sprintf("%s %q does not exist in namespace %q", [target.kind, target.name, a.namespace]),
		"path": ["spec", "scaleTargetRef", "name"],
		"value": target.name,
		"object": a.object,
	}
}
