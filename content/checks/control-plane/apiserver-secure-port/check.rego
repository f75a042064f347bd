# METADATA
# scope: package
# title: API server has no secure port
# description: >-
#   Port 0 switches TLS off.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-023
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set --secure-port=6443 in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-secure-port]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_secure_port

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "secure-port") == "0"
	r := {
		"msg": "The secure port is off",
		"path": controlplane.place(p, "secure-port"),
		"container": p.container,
		"expected": "--secure-port=6443",
	}
}
