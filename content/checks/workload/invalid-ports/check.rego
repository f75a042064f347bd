# METADATA
# scope: package
# title: Port or port name is not valid
# description: >-
#   The API server refuses the object, or a Service that names the port sends traffic nowhere.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   id: SW-CFG-003
#   severity: low
#   category: workload
#   remediation: >-
#     Use numbers from 1 to 65535 and names of at most 15 small letters, digits and hyphens.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [cfg-invalid-target-ports]
#   input: {workload: true}
package seawall.checks.invalid_ports

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, port in c.container.ports
	name := port.name
	is_string(name)
	not valid(name)
	r := {
		"msg": sprintf("%q is no valid port name", [name]),
		"path": array.concat(c.path, ["ports", i, "name"]),
		"container": c.name,
		"value": name,
	}
}

deny contains r if {
	some c in kube.containers
	some i, port in c.container.ports
	number := port.containerPort
	bad(number)
	r := {
		"msg": sprintf("%v is no valid port", [number]),
		"path": array.concat(c.path, ["ports", i, "containerPort"]),
		"container": c.name,
		"value": number,
	}
}

valid(name) if {
	count(name) <= 15
	regex.match(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`, name)
	regex.match(`[a-z]`, name)
	not contains(name, "--")
}

bad(n) if not is_number(n)

bad(n) if n < 1

bad(n) if n > 65535
