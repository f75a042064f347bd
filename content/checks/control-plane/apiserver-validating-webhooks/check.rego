# METADATA
# scope: package
# title: Validating webhooks are switched off
# description: >-
#   Policy engines at the door are not asked.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-020
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --disable-admission-plugins without ValidatingAdmissionWebhook in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-validatingwebhook-enabled]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_validating_webhooks

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"ValidatingAdmissionWebhook" in controlplane.list(p, "disable-admission-plugins")
	r := {
		"msg": "ValidatingAdmissionWebhook is disabled",
		"path": controlplane.place(p, "disable-admission-plugins"),
		"container": p.container,
		"expected": "--disable-admission-plugins without ValidatingAdmissionWebhook",
	}
}
