# METADATA
# scope: package
# title: Audit log is rotated too early
# description: >-
#   A busy hour rotates the evidence away.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-029
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --audit-log-maxsize=100 in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.19"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-audit-maxsize]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_audit_maxsize

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "audit-log-path")
	number := to_number(object.get(p.flags, ["audit-log-maxsize", "value"], "0"))
	number < 100
	r := {
		"msg": "The audit log is rotated before 100 MB",
		"path": controlplane.place(p, "audit-log-maxsize"),
		"container": p.container,
		"expected": "--audit-log-maxsize=100",
	}
}
