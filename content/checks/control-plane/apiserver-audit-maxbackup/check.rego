# METADATA
# scope: package
# title: Too few old audit logs are kept
# description: >-
#   A busy hour rotates the evidence away.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-028
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --audit-log-maxbackup=10 in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.18"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-audit-maxbackup]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_audit_maxbackup

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "audit-log-path")
	number := to_number(object.get(p.flags, ["audit-log-maxbackup", "value"], "0"))
	number < 10
	r := {
		"msg": "Fewer than 10 old audit logs are kept",
		"path": controlplane.place(p, "audit-log-maxbackup"),
		"container": p.container,
		"expected": "--audit-log-maxbackup=10",
	}
}
