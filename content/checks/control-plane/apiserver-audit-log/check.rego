# METADATA
# scope: package
# title: API server keeps no audit log
# description: >-
#   After a break-in nobody can tell what was done, by whom and when.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-025
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --audit-log-path in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.16"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-audit-log-path]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_audit_log

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "audit-log-path")
	r := {
		"msg": "No audit log is written",
		"path": controlplane.place(p, "audit-log-path"),
		"container": p.container,
		"expected": "--audit-log-path",
	}
}
