# METADATA
# scope: package
# title: Nothing notices when the program hangs
# description: >-
#   Without a liveness probe a program that hangs keeps its place and serves nobody.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
# custom:
#   id: SW-AVAIL-001
#   severity: low
#   category: workload
#   remediation: >-
#     Add a livenessProbe.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-liveness]
#   input: {workload: true}
package seawall.checks.liveness_probe

import data.seawall.lib.kube

deny contains r if {
	not kube.kind in {"Job", "CronJob"}
	some c in kube.containers
	c.kind == "container"
	object.get(c.container, "livenessProbe", null) in [null, {}]
	r := {
		"msg": sprintf("Container %q has no livenessProbe", [c.name]),
		"path": array.concat(c.path, ["livenessProbe"]),
		"container": c.name,
	}
}
