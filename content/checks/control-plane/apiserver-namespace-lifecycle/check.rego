# METADATA
# scope: package
# title: Objects can be made in namespaces that are being deleted
# description: >-
#   Objects survive their namespace and nobody sees them.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-017
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --disable-admission-plugins without NamespaceLifecycle in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.13"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-namespacelifecycle]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_namespace_lifecycle

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	"NamespaceLifecycle" in controlplane.list(p, "disable-admission-plugins")
	r := {
		"msg": "NamespaceLifecycle is disabled",
		"path": controlplane.place(p, "disable-admission-plugins"),
		"container": p.container,
		"expected": "--disable-admission-plugins without NamespaceLifecycle",
	}
}
