# METADATA
# scope: package
# title: Audit log is kept too short
# description: >-
#   Break-ins are found after weeks: by then the log is gone.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-027
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --audit-log-maxage=30 in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.17"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-audit-maxage]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_audit_maxage

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "audit-log-path")
	number := to_number(object.get(p.flags, ["audit-log-maxage", "value"], "0"))
	number < 30
	r := {
		"msg": "The audit log is kept for less than 30 days",
		"path": controlplane.place(p, "audit-log-maxage"),
		"container": p.container,
		"expected": "--audit-log-maxage=30",
	}
}
