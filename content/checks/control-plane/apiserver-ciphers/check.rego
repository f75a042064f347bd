# METADATA
# scope: package
# title: API server accepts weak ciphers
# description: >-
#   CBC, RC4, 3DES and ciphers without forward secrecy let recorded traffic be read later.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-039
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --tls-cipher-suites with ECDHE and AES-GCM or ChaCha20 only in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.29"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-strong-ciphers]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_ciphers

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	some cipher in controlplane.list(p, "tls-cipher-suites")
	regex.match(`_(CBC|RC4|3DES)_|^TLS_RSA_`, cipher)
	r := {
		"msg": "Weak cipher suites are accepted",
		"path": controlplane.place(p, "tls-cipher-suites"),
		"container": p.container,
		"expected": "--tls-cipher-suites with ECDHE and AES-GCM or ChaCha20 only",
	}
}
