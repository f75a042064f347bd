# METADATA
# scope: package
# title: Cached private images can be used by anybody
# description: >-
#   A node starts an image it already has for every pod that names it, without asking the registry.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-015
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --enable-admission-plugins=…,AlwaysPullImages in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.11"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-alwayspullimages]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_always_pull

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not "AlwaysPullImages" in controlplane.list(p, "enable-admission-plugins")
	r := {
		"msg": "AlwaysPullImages is off",
		"path": controlplane.place(p, "enable-admission-plugins"),
		"container": p.container,
		"expected": "--enable-admission-plugins=\u2026,AlwaysPullImages",
	}
}
