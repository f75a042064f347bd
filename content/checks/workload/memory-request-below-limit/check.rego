# METADATA
# scope: package
# title: Container may use more memory than it reserves
# description: >-
#   The node promises more memory than it has. When all containers use what they may, the kernel kills some: not
#   always the one that grew.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-006
#   severity: low
#   category: workload
#   remediation: >-
#     Set requests.memory equal to limits.memory.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [res-requests-equal-limits]
#   input: {workload: true}
package seawall.checks.memory_request_below_limit

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.container.resources.requests.memory != c.container.resources.limits.memory
	request := units.parse_bytes(quantity(c, "requests"))
	limit := units.parse_bytes(quantity(c, "limits"))
	request < limit
	r := {
		"msg": sprintf("Container %q reserves %s of memory and may use %s", [c.name, c.container.resources.requests.memory, c.container.resources.limits.memory]),
		"path": array.concat(c.path, ["resources", "requests", "memory"]),
		"container": c.name,
		"value": c.container.resources.requests.memory,
		"expected": c.container.resources.limits.memory,
		"severity": "info",
	}
}

quantity(c, section) := sprintf("%v", [q]) if {
	q := c.container.resources[section].memory
}
