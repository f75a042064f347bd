# METADATA
# scope: package
# title: API server allows every request
# description: >-
#   With AlwaysAllow everybody may do everything.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-008
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set --authorization-mode=Node,RBAC in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.6"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-authz-not-alwaysallow]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_always_allow

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"AlwaysAllow" in controlplane.list(p, "authorization-mode")
	r := {
		"msg": "Every request is allowed",
		"path": controlplane.place(p, "authorization-mode"),
		"container": p.container,
		"expected": "--authorization-mode=Node,RBAC",
	}
}
