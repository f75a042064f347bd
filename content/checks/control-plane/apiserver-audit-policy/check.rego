# METADATA
# scope: package
# title: API server has no audit policy
# description: >-
#   Without a policy nothing is logged.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-026
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --audit-policy-file in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["3.2.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [audit-policy-exists]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_audit_policy

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "audit-policy-file")
	r := {
		"msg": "No audit policy is set",
		"path": controlplane.place(p, "audit-policy-file"),
		"container": p.container,
		"expected": "--audit-policy-file",
	}
}
