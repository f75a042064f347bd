# METADATA
# scope: package
# title: API server shows its inner workings
# description: >-
#   Profiling pages reveal details of the program and cost processor time.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-024
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --profiling=false in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.15"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-profiling]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_profiling

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.is(p, "profiling", "false")
	r := {
		"msg": "Profiling is on",
		"path": controlplane.place(p, "profiling"),
		"container": p.container,
		"expected": "--profiling=false",
	}
}
