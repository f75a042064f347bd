# METADATA
# scope: package
# title: Container has a processor limit
# description: >-
#   Some teams forbid processor limits: they slow programs down although the node is idle. Judged where the setting
#   forbid_cpu_limits is true.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-010
#   severity: low
#   category: workload
#   remediation: >-
#     Remove resources.limits.cpu and keep the request.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [res-forbid-cpu-limits]
#   input: {workload: true}
#   settings: [forbid_cpu_limits]
package seawall.checks.cpu_limit_forbidden

import data.seawall.lib.kube

deny contains r if {
	data.config.forbid_cpu_limits == true
	some c in kube.containers
	limit := c.container.resources.limits.cpu
	path := array.concat(c.path, ["resources", "limits", "cpu"])
	r := {
		"msg": sprintf("Container %q is limited to %v processors", [c.name, limit]),
		"path": path,
		"container": c.name,
		"value": limit,
		"severity": "info",
		"fix": [{"op": "remove", "path": path}],
	}
}
