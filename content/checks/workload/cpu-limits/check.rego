# METADATA
# scope: package
# title: Container may use all processors of the node
# description: >-
#   A busy or hijacked program slows all others on the node down. Mining works best in containers without this
#   limit.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-003
#   severity: low
#   category: workload
#   remediation: >-
#     Set resources.limits.cpu, or a LimitRange or quota for the namespace.
#   frameworks:
#     mitre: [T1496, T1499]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K01]
#   covers: [res-cpu-limits]
#   input: {workload: true}
package seawall.checks.cpu_limits

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.kind != "ephemeral"
	not pod_level(c.pod)
	object.get(c.container, ["resources", "limits", "cpu"], null) == null
	r := {
		"msg": sprintf("Container %q has no limit for processor time", [c.name]),
		"path": array.concat(c.path, ["resources", "limits", "cpu"]),
		"container": c.name,
		"expected": "resources.limits.cpu",
	}
}

# Since 1.34 a pod may say it for all its containers.
pod_level(pod) if object.get(pod.spec, ["resources", "limits", "cpu"], null) != null
