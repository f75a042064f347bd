# METADATA
# scope: package
# title: Container runs in a group that may exist on the node
# description: >-
#   Numbers up to 10000 are often given to people and services of the node. A process that escapes the container
#   with such a group has the rights of that group on the node's files.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-019
#   severity: low
#   category: workload
#   remediation: >-
#     Set runAsGroup to a number above 10000.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-low-gid]
#   input: {workload: true}
package seawall.checks.low_group

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	id := kube.effective(c, "runAsGroup")
	is_number(id)
	id > 0
	id <= 10000
	r := {
		"msg": sprintf("Container %q runs as group %v", [c.name, id]),
		"path": kube.effective_path(c, "runAsGroup"),
		"container": c.name,
		"value": id,
		"expected": "above 10000",
	}
}
