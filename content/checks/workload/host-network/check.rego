# METADATA
# scope: package
# title: Pod uses the network of the node
# description: >-
#   The pod reaches services that listen on the node's loopback, can watch the node's traffic, and network policies
#   do not apply to it.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-007
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove hostNetwork; publish ports through a Service.
#   frameworks:
#     cis: ["5.2.5"]
#     mitre: [T1557]
#     nsa-cisa: [pod-security/host-namespaces]
#     owasp-k8s: [K01, K07]
#     pss: [baseline/hostNamespaces]
#   covers: [pod-host-network]
#   input: {workload: true}
package seawall.checks.host_network

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	pod.spec.hostNetwork == true
	path := array.concat(pod.path, ["hostNetwork"])
	r := {
		"msg": "The pod uses the network of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}
}
