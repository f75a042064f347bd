# METADATA
# scope: package
# title: Service accounts are not enforced
# description: >-
#   Pods then run without the identity that rights are given to.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-016
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --disable-admission-plugins without ServiceAccount in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.12"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-serviceaccount]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_service_account_plugin

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"ServiceAccount" in controlplane.list(p, "disable-admission-plugins")
	r := {
		"msg": "ServiceAccount is disabled",
		"path": controlplane.place(p, "disable-admission-plugins"),
		"container": p.container,
		"expected": "--disable-admission-plugins without ServiceAccount",
	}
}
