# METADATA
# scope: package
# title: Kubelets may change other nodes
# description: >-
#   NodeRestriction limits a kubelet to its own node and pods. Without it one node that is broken into changes all.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-018
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --enable-admission-plugins=…,NodeRestriction in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.14"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-noderestriction]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_node_restriction

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not "NodeRestriction" in controlplane.list(p, "enable-admission-plugins")
	r := {
		"msg": "NodeRestriction is off",
		"path": controlplane.place(p, "enable-admission-plugins"),
		"container": p.container,
		"expected": "--enable-admission-plugins=\u2026,NodeRestriction",
	}
}
