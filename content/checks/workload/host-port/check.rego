# METADATA
# scope: package
# title: Container opens a port on the node
# description: >-
#   A host port is open on the node's own addresses, past Services, and takes the port away from other pods. Network
#   policies of most plugins do not cover it.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-009
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove hostPort and publish the port through a Service.
#   frameworks:
#     cis: ["5.2.12"]
#     nsa-cisa: [network/exposure]
#     owasp-k8s: [K01, K07]
#     pss: [baseline/hostPorts]
#   covers: [pod-host-port]
#   input: {workload: true}
package seawall.checks.host_port

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not c.pod.spec.hostNetwork == true
	some i, port in c.container.ports
	is_number(port.hostPort)
	port.hostPort != 0
	path := array.concat(c.path, ["ports", i, "hostPort"])
	r := {
		"msg": sprintf("Container %q listens on port %v of the node", [c.name, port.hostPort]),
		"path": path,
		"container": c.name,
		"value": port.hostPort,
		"expected": "no hostPort",
		"fix": [{"op": "remove", "path": path}],
	}
}
