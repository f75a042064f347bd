# METADATA
# scope: package
# title: API server accepts old TLS
# description: >-
#   TLS before 1.2 has known weaknesses.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-038
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --tls-min-version=VersionTLS12 in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.29"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-tls-min-version]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_tls_version

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "tls-min-version") in {"VersionTLS10", "VersionTLS11"}
	r := {
		"msg": "TLS older than 1.2 is accepted",
		"path": controlplane.place(p, "tls-min-version"),
		"container": p.container,
		"expected": "--tls-min-version=VersionTLS12",
	}
}
