# METADATA
# scope: package
# title: Liveness and readiness probe are the same
# description: >-
#   A program that is merely busy fails both at once and is killed instead of being left in peace; under load all
#   replicas fall one after the other.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
# custom:
#   id: SW-AVAIL-003
#   severity: low
#   category: workload
#   remediation: >-
#     Let the liveness probe ask only whether the process is alive, with a longer period.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-probes-identical]
#   input: {workload: true}
package seawall.checks.identical_probes

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	probe := c.container.livenessProbe
	is_object(probe)
	probe == c.container.readinessProbe
	r := {
		"msg": sprintf("Container %q is killed by the same probe that makes it unready", [c.name]),
		"path": array.concat(c.path, ["livenessProbe"]),
		"container": c.name,
	}
}
