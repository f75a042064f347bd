# METADATA
# scope: package
# title: Deleted service accounts still work
# description: >-
#   Tokens of deleted service accounts are accepted.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-030
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --service-account-lookup=true in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.21"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-sa-lookup]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_service_account_lookup

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "service-account-lookup") == "false"
	r := {
		"msg": "Service accounts are not looked up",
		"path": controlplane.place(p, "service-account-lookup"),
		"container": p.container,
		"expected": "--service-account-lookup=true",
	}
}
