# METADATA
# scope: package
# title: Container may use more than is allowed
# description: >-
#   One container with a huge limit can starve a node, by accident or on purpose.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-009
#   severity: low
#   category: workload
#   remediation: >-
#     Lower the limits. The settings are max_cpu and max_memory, as quantities.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [res-limits-exceed]
#   input: {workload: true}
#   settings: [max_cpu, max_memory]
package seawall.checks.maximum_limits

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some resource, key in {"cpu": "max_cpu", "memory": "max_memory"}
	max := units.parse(sprintf("%v", [data.config[key]]))
	limit := c.container.resources.limits[resource]
	units.parse(sprintf("%v", [limit])) > max
	r := {
		"msg": sprintf("Container %q may use %v of %s, more than %v", [c.name, limit, resource, data.config[key]]),
		"path": array.concat(c.path, ["resources", "limits", resource]),
		"container": c.name,
		"value": limit,
		"expected": sprintf("at most %v", [data.config[key]]),
	}
}
