# METADATA
# scope: package
# title: Container is in the group root
# description: >-
#   Files that belong to the group root, in the image and in mounted volumes, are open to the program.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-020
#   severity: low
#   category: workload
#   remediation: >-
#     Set runAsGroup, fsGroup and supplementalGroups to numbers above 10000.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-root-group]
#   input: {workload: true}
package seawall.checks.root_group

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.effective(c, "runAsGroup") == 0
	r := {
		"msg": sprintf("Container %q runs in group 0", [c.name]),
		"path": kube.effective_path(c, "runAsGroup"),
		"container": c.name,
		"value": 0,
	}
}

deny contains r if {
	some pod in kube.pods
	some i, group in pod.spec.securityContext.supplementalGroups
	group == 0
	r := {"msg": "All containers of the pod are in group 0", "path": array.concat(pod.path, ["securityContext", "supplementalGroups", i]), "value": 0}
}

deny contains r if {
	some pod in kube.pods
	pod.spec.securityContext.fsGroup == 0
	r := {"msg": "Volumes of the pod belong to group 0", "path": array.concat(pod.path, ["securityContext", "fsGroup"]), "value": 0}
}
