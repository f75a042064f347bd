# METADATA
# scope: package
# title: Scheduler shows its inner workings
# description: >-
#   Profiling pages reveal details of the program and cost processor time.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/
# custom:
#   id: SW-CP-048
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --profiling=false in the manifest of kube-scheduler.
#   frameworks:
#     cis: ["1.4.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [sched-profiling]
#   input: {kinds: [Pod], program: kube-scheduler}
package seawall.checks.scheduler_profiling

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-scheduler")
	not controlplane.is(p, "profiling", "false")
	r := {
		"msg": "Profiling is on",
		"path": controlplane.place(p, "profiling"),
		"container": p.container,
		"expected": "--profiling=false",
	}
}
