# METADATA
# scope: package
# title: Container reserves no memory
# description: >-
#   The scheduler places the container as if it needed nothing, and the node runs out of memory: the first to be
#   killed are containers like this one.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-002
#   severity: low
#   category: workload
#   remediation: >-
#     Set resources.requests.memory to what the program usually needs.
#   frameworks:
#     mitre: [T1496, T1499]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K01]
#   covers: [res-mem-requests]
#   input: {workload: true}
package seawall.checks.memory_requests

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.kind != "ephemeral"
	not pod_level(c.pod)
	not reserved(c)
	r := {
		"msg": sprintf("Container %q reserves no memory", [c.name]),
		"path": array.concat(c.path, ["resources", "requests", "memory"]),
		"container": c.name,
		"expected": "resources.requests.memory",
	}
}

# A limit without a request is taken as the request too.
reserved(c) if object.get(c.container, ["resources", "requests", "memory"], null) != null

reserved(c) if object.get(c.container, ["resources", "limits", "memory"], null) != null

# Since 1.34 a pod may say it for all its containers.
pod_level(pod) if object.get(pod.spec, ["resources", "requests", "memory"], null) != null
