# METADATA
# scope: package
# title: Controller manager shows its inner workings
# description: >-
#   Profiling pages reveal details of the program and cost processor time.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-042
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --profiling=false in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.2"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-profiling]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_profiling

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.is(p, "profiling", "false")
	r := {
		"msg": "Profiling is on",
		"path": controlplane.place(p, "profiling"),
		"container": p.container,
		"expected": "--profiling=false",
	}
}
