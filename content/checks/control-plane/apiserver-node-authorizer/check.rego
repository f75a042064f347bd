# METADATA
# scope: package
# title: Kubelets may read secrets of other nodes
# description: >-
#   The Node authoriser limits each kubelet to the objects of its own pods. Without it one node that is broken into
#   reads all secrets.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-010
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --authorization-mode=Node,RBAC in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.7"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-authz-node]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_node_authorizer

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	modes := controlplane.list(p, "authorization-mode")
	count(modes) > 0
	not "Node" in modes
	r := {
		"msg": "The Node authoriser is not used",
		"path": controlplane.place(p, "authorization-mode"),
		"container": p.container,
		"expected": "--authorization-mode=Node,RBAC",
	}
}
