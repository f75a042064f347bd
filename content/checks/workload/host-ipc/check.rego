# METADATA
# scope: package
# title: Pod shares memory with the node
# description: >-
#   The pod can read and write the shared memory of programs on the node, databases among them.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-006
#   severity: high
#   category: workload
#   remediation: >-
#     Remove hostIPC.
#   frameworks:
#     cis: ["5.2.4"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/host-namespaces]
#     owasp-k8s: [K01]
#     pss: [baseline/hostNamespaces]
#   covers: [pod-host-ipc]
#   input: {workload: true}
package seawall.checks.host_ipc

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	pod.spec.hostIPC == true
	path := array.concat(pod.path, ["hostIPC"])
	r := {
		"msg": "The pod shares memory with processes of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}
}
