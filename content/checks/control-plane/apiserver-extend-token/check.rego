# METADATA
# scope: package
# title: Service account tokens live for a year
# description: >-
#   Tokens that should live for an hour are accepted for a year.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-032
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --service-account-extend-token-expiration=false in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.30"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-sa-extend-token]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_extend_token

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.is(p, "service-account-extend-token-expiration", "false")
	r := {
		"msg": "Tokens are accepted for a year",
		"path": controlplane.place(p, "service-account-extend-token-expiration"),
		"container": p.container,
		"expected": "--service-account-extend-token-expiration=false",
	}
}
