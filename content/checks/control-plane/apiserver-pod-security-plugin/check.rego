# METADATA
# scope: package
# title: Pod Security admission is switched off
# description: >-
#   The labels of namespaces that keep privileged pods out have no effect.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-019
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --disable-admission-plugins without PodSecurity in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-psp]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_pod_security_plugin

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"PodSecurity" in controlplane.list(p, "disable-admission-plugins")
	r := {
		"msg": "PodSecurity is disabled",
		"path": controlplane.place(p, "disable-admission-plugins"),
		"container": p.container,
		"expected": "--disable-admission-plugins without PodSecurity",
	}
}
