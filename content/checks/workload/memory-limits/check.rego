# METADATA
# scope: package
# title: Container may use all memory of the node
# description: >-
#   A leak or an attack eats the memory of the node until the kernel kills programs, not always the guilty one.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-004
#   severity: medium
#   category: workload
#   remediation: >-
#     Set resources.limits.memory.
#   frameworks:
#     mitre: [T1496, T1499]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K01]
#   covers: [res-mem-limits]
#   input: {workload: true}
package seawall.checks.memory_limits

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.kind != "ephemeral"
	not pod_level(c.pod)
	object.get(c.container, ["resources", "limits", "memory"], null) == null
	r := {
		"msg": sprintf("Container %q has no limit for memory", [c.name]),
		"path": array.concat(c.path, ["resources", "limits", "memory"]),
		"container": c.name,
		"expected": "resources.limits.memory",
	}
}

# Since 1.34 a pod may say it for all its containers.
pod_level(pod) if object.get(pod.spec, ["resources", "limits", "memory"], null) != null
