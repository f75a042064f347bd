# METADATA
# scope: package
# title: API server talks to kubelets without encryption
# description: >-
#   Commands, logs and secrets cross the network in the clear.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-007
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --kubelet-https=true in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-kubelet-https]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_kubelet_https

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "kubelet-https") == "false"
	r := {
		"msg": "Kubelets are reached without TLS",
		"path": controlplane.place(p, "kubelet-https"),
		"container": p.container,
		"expected": "--kubelet-https=true",
	}
}
