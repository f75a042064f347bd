# METADATA
# scope: package
# title: Probe or hook makes the kubelet connect elsewhere
# description: >-
#   The kubelet runs probes and hooks from the node. With a host field the pod chooses where it connects, past
#   network policies: to the node's loopback or a metadata service.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-030
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove the host field; probes go to the pod itself.
#   frameworks:
#     mitre: [T1552.005]
#     owasp-k8s: [K01]
#     pss: [baseline/hostProbesAndHostLifecycle]
#   covers: [pod-host-probes]
#   input: {workload: true}
package seawall.checks.host_probes

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some name in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	r := result(c, [name, action, "host"], c.container[name][action].host)
}

deny contains r if {
	some c in kube.containers
	hooks := c.container.lifecycle
	some name in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	r := result(c, ["lifecycle", name, action, "host"], hooks[name][action].host)
}

result(c, where, host) := r if {
	is_string(host)
	host != ""
	path := array.concat(c.path, where)
	r := {
		"msg": sprintf("The %s of container %q connects to %q", [concat(".", array.slice(where, 0, count(where) - 2)), c.name, host]),
		"path": path,
		"container": c.name,
		"value": host,
		"expected": "no host",
		"fix": [{"op": "remove", "path": path}],
	}
}
