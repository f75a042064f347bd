# METADATA
# scope: package
# title: Role-based access control is off
# description: >-
#   Without RBAC rights cannot be given in small pieces.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-011
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --authorization-mode=Node,RBAC in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.8"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-authz-rbac]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_rbac

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	modes := controlplane.list(p, "authorization-mode")
	count(modes) > 0
	not "RBAC" in modes
	r := {
		"msg": "RBAC is not used",
		"path": controlplane.place(p, "authorization-mode"),
		"container": p.container,
		"expected": "--authorization-mode=Node,RBAC",
	}
}
