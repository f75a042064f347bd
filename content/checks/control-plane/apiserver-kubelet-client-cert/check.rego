# METADATA
# scope: package
# title: API server does not prove itself to kubelets
# description: >-
#   Kubelets that accept the API server without a certificate accept everybody.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-005
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --kubelet-client-certificate in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.4"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-kubelet-client-cert]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_kubelet_client_cert

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "kubelet-client-certificate")
	r := {
		"msg": "The API server has no certificate for kubelets",
		"path": controlplane.place(p, "kubelet-client-certificate"),
		"container": p.container,
		"expected": "--kubelet-client-certificate",
	}
}
