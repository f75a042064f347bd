# METADATA
# scope: package
# title: API server has no authorisation mode
# description: >-
#   Without --authorization-mode, or a configuration file for it, the API server allows every request.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-009
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
package seawall.checks.apiserver_authorization_unset

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "authorization-mode")
	not controlplane.value(p, "authorization-config")
	r := {
		"msg": "Nothing decides who may do what",
		"path": controlplane.place(p, "authorization-mode"),
		"container": p.container,
		"expected": "--authorization-mode=Node,RBAC",
	}
}
