# METADATA
# scope: package
# title: Admission control is switched off
# description: >-
#   AlwaysAdmit lets everything in.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-014
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --enable-admission-plugins without AlwaysAdmit in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.10"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-alwaysadmit]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_always_admit

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"AlwaysAdmit" in controlplane.list(p, "enable-admission-plugins")
	r := {
		"msg": "AlwaysAdmit is on",
		"path": controlplane.place(p, "enable-admission-plugins"),
		"container": p.container,
		"expected": "--enable-admission-plugins without AlwaysAdmit",
	}
}
