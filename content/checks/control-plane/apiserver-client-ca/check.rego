# METADATA
# scope: package
# title: API server does not know who may sign client certificates
# description: >-
#   Client certificates cannot be checked.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-035
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --client-ca-file in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.25"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-client-ca]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_client_ca

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "client-ca-file")
	r := {
		"msg": "No client CA is set",
		"path": controlplane.place(p, "client-ca-file"),
		"container": p.container,
		"expected": "--client-ca-file",
	}
}
