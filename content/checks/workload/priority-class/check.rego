# METADATA
# scope: package
# title: Workload has no priority
# description: >-
#   When the cluster is full, the scheduler evicts pods by priority. Without one, a batch job counts as much as the
#   shop.
# related_resources:
# - https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
# custom:
#   id: SW-AVAIL-014
#   severity: low
#   category: workload
#   remediation: >-
#     Set priorityClassName.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-priority-class]
#   input: {kinds: [Deployment, StatefulSet, DaemonSet]}
package seawall.checks.priority_class

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	object.get(pod.spec, "priorityClassName", "") in [null, ""]
	r := {
		"msg": "The pods have the default priority",
		"path": array.concat(pod.path, ["priorityClassName"]),
		"expected": "a priority class",
		"severity": "info",
	}
}
