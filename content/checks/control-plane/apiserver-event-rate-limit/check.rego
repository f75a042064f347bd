# METADATA
# scope: package
# title: Events are not limited
# description: >-
#   A broken or hostile client floods the API server with events until it stops answering.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-013
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --enable-admission-plugins=…,EventRateLimit in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.9"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-adm-eventratelimit]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_event_rate_limit

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not "EventRateLimit" in controlplane.list(p, "enable-admission-plugins")
	r := {
		"msg": "EventRateLimit is off",
		"path": controlplane.place(p, "enable-admission-plugins"),
		"container": p.container,
		"expected": "--enable-admission-plugins=\u2026,EventRateLimit",
	}
}
