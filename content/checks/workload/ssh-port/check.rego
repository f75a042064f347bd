# METADATA
# scope: package
# title: Container offers SSH
# description: >-
#   A container with an SSH server has a second door with passwords and keys of its own, outside the cluster's
#   sign-in, roles and audit log.
# related_resources:
# - https://attack.mitre.org/techniques/T1021/004/
# custom:
#   id: SW-POD-033
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove the SSH server; use kubectl exec, which is checked and logged.
#   frameworks:
#     mitre: [T1021.004]
#     owasp-k8s: [K01]
#   covers: [pod-ssh-port]
#   input: {workload: true}
package seawall.checks.ssh_port

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, port in c.container.ports
	port.containerPort in {22, 2222}
	r := {
		"msg": sprintf("Container %q listens on port %v, which is SSH", [c.name, port.containerPort]),
		"path": array.concat(c.path, ["ports", i, "containerPort"]),
		"container": c.name,
		"value": port.containerPort,
	}
}

deny contains r if {
	some c in kube.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	is_string(word)
	regex.match(`(^|[/\s])(sshd|dropbear)(\s|$)`, word)
	r := {
		"msg": sprintf("Container %q starts an SSH server", [c.name]),
		"path": array.concat(c.path, [field, i]),
		"container": c.name,
		"value": word,
	}
}
