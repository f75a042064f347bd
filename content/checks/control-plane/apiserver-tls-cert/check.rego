# METADATA
# scope: package
# title: API server has no certificate of its own
# description: >-
#   It then makes one that nobody can check.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-034
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --tls-cert-file in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.24"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-tls-cert]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_tls_cert

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "tls-cert-file")
	r := {
		"msg": "No TLS certificate is set",
		"path": controlplane.place(p, "tls-cert-file"),
		"container": p.container,
		"expected": "--tls-cert-file",
	}
}
