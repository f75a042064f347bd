# METADATA
# scope: package
# title: Access is decided by a file
# description: >-
#   ABAC reads a file at start: rights cannot be reviewed through the API nor changed without a restart.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-012
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --authorization-mode=Node,RBAC in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-abac]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_abac

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"ABAC" in controlplane.list(p, "authorization-mode")
	r := {
		"msg": "ABAC is in use",
		"path": controlplane.place(p, "authorization-mode"),
		"container": p.container,
		"expected": "--authorization-mode=Node,RBAC",
	}
}
