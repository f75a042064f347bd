# METADATA
# scope: package
# title: All alpha features are on
# description: >-
#   Alpha features are unfinished, may be insecure and may vanish.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-040
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --feature-gates without AllAlpha in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-feature-gates-alpha]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_alpha_features

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	some gate in controlplane.list(p, "feature-gates")
	gate == "AllAlpha=true"
	r := {
		"msg": "All alpha features are enabled",
		"path": controlplane.place(p, "feature-gates"),
		"container": p.container,
		"expected": "--feature-gates without AllAlpha",
	}
}
