# METADATA
# scope: package
# title: Container listens on a port that used to be root's
# description: >-
#   Ports below 1024 need root or an extra capability in many images. Programs that use high ports can drop both.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-034
#   severity: low
#   category: workload
#   remediation: >-
#     Listen on a port above 1023 and map it in the Service.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-privileged-ports]
#   input: {workload: true}
package seawall.checks.privileged_ports

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, port in c.container.ports
	is_number(port.containerPort)
	port.containerPort > 0
	port.containerPort < 1024
	not port.containerPort == 22
	r := {
		"msg": sprintf("Container %q listens on port %v", [c.name, port.containerPort]),
		"path": array.concat(c.path, ["ports", i, "containerPort"]),
		"container": c.name,
		"value": port.containerPort,
		"expected": "a port above 1023",
		"severity": "info",
	}
}
