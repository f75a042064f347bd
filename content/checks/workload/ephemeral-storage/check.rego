# METADATA
# scope: package
# title: Container may fill the disk of the node
# description: >-
#   Logs and temporary files of one container can fill the node's disk; the kubelet then evicts pods, others too.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-005
#   severity: low
#   category: workload
#   remediation: >-
#     Set resources.limits.ephemeral-storage.
#   frameworks:
#     mitre: [T1496, T1499]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K01]
#   covers: [res-ephemeral-storage]
#   input: {workload: true}
package seawall.checks.ephemeral_storage

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.kind != "ephemeral"
	not pod_level(c.pod)
	object.get(c.container, ["resources", "limits", "ephemeral-storage"], null) == null
	r := {
		"msg": sprintf("Container %q has no limit for disk space", [c.name]),
		"path": array.concat(c.path, ["resources", "limits", "ephemeral-storage"]),
		"container": c.name,
		"expected": "resources.limits.ephemeral-storage",
	}
}

# Since 1.34 a pod may say it for all its containers.
pod_level(pod) if object.get(pod.spec, ["resources", "limits", "ephemeral-storage"], null) != null
