# METADATA
# scope: package
# title: API server does not check the certificates of kubelets
# description: >-
#   Whoever answers at a node's address gets the commands and secrets meant for its kubelet.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-006
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --kubelet-certificate-authority in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.5"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-kubelet-ca]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_kubelet_ca

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "kubelet-certificate-authority")
	r := {
		"msg": "Certificates of kubelets are not checked",
		"path": controlplane.place(p, "kubelet-certificate-authority"),
		"container": p.container,
		"expected": "--kubelet-certificate-authority",
	}
}
