# METADATA
# scope: package
# title: Pod sees the processes of the node
# description: >-
#   The pod sees every process of the node, reads their environment variables, secrets included, and as root can
#   send them signals or look into their memory.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-005
#   severity: high
#   category: workload
#   remediation: >-
#     Remove hostPID.
#   frameworks:
#     cis: ["5.2.3"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/host-namespaces]
#     owasp-k8s: [K01]
#     pss: [baseline/hostNamespaces]
#   covers: [pod-host-pid]
#   input: {workload: true}
package seawall.checks.host_pid

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	pod.spec.hostPID == true
	path := array.concat(pod.path, ["hostPID"])
	r := {
		"msg": "The pod sees all processes of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}
}
