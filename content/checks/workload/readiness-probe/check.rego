# METADATA
# scope: package
# title: Requests are sent to a program that is not ready
# description: >-
#   Without a readiness probe a Service sends requests as soon as the container starts, also while it is still
#   loading or overloaded.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
# custom:
#   id: SW-AVAIL-002
#   severity: low
#   category: workload
#   remediation: >-
#     Add a readinessProbe.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-readiness]
#   input: {workload: true}
package seawall.checks.readiness_probe

import data.seawall.lib.kube

deny contains r if {
	not kube.kind in {"Job", "CronJob"}
	some c in kube.containers
	c.kind == "container"
	object.get(c.container, "readinessProbe", null) in [null, {}]
	r := {
		"msg": sprintf("Container %q has no readinessProbe", [c.name]),
		"path": array.concat(c.path, ["readinessProbe"]),
		"container": c.name,
	}
}
