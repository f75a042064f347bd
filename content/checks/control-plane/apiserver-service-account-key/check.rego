# METADATA
# scope: package
# title: API server has no key of its own for service account tokens
# description: >-
#   It then uses its TLS key, which cannot be changed without breaking every token.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-031
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --service-account-key-file in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.22"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-sa-key-file]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_service_account_key

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "service-account-key-file")
	r := {
		"msg": "No key for service account tokens is set",
		"path": controlplane.place(p, "service-account-key-file"),
		"container": p.container,
		"expected": "--service-account-key-file",
	}
}
