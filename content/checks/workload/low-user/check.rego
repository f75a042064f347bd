# METADATA
# scope: package
# title: Container runs as a user that may exist on the node
# description: >-
#   Numbers up to 10000 are often given to people and services of the node. A process that escapes the container
#   with such a user has the rights of that user on the node's files.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-018
#   severity: low
#   category: workload
#   remediation: >-
#     Set runAsUser to a number above 10000.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-low-uid]
#   input: {workload: true}
package seawall.checks.low_user

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	id := kube.effective(c, "runAsUser")
	is_number(id)
	id > 0
	id <= 10000
	r := {
		"msg": sprintf("Container %q runs as user %v", [c.name, id]),
		"path": kube.effective_path(c, "runAsUser"),
		"container": c.name,
		"value": id,
		"expected": "above 10000",
	}
}
