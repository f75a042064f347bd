# METADATA
# scope: package
# title: Nothing limits how many replicas are taken at once
# description: >-
#   Draining nodes for an update may take all replicas at the same time.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   id: SW-AVAIL-005
#   severity: low
#   category: workload
#   remediation: >-
#     Add a PodDisruptionBudget that selects the pods.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-pdb-missing]
#   input: {cluster: true}
#   inventory: [workload, PodDisruptionBudget]
#   fields: [spec.replicas]
package seawall.checks.disruption_budget

import data.seawall.lib.cluster

deny contains r if {
	some i, w in cluster.workloads
	w.object.kind in {"Deployment", "StatefulSet"}
	object.get(w.object, ["spec", "replicas"], 1) > 1
	not budgeted[i]
	r := {
		"msg": "No PodDisruptionBudget selects the pods",
		"path": ["spec", "template", "metadata", "labels"],
		"object": w.object,
		"expected": "a PodDisruptionBudget",
	}
}

budgeted contains i if {
	some budget in cluster.namespaced("PodDisruptionBudget")
	is_object(budget.object.spec.selector)
	some i in cluster.by_namespace[budget.namespace]
	cluster.selects(budget.object.spec.selector, cluster.workloads[i].labels)
}
