# METADATA
# scope: package
# title: API server listens without TLS and sign-in
# description: >-
#   The insecure port takes every request as an administrator's.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-021
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set --insecure-port=0 in the manifest of kube-apiserver.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-insecure-port]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_insecure_port

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	value := controlplane.value(p, "insecure-port")
	value != "0"
	r := {
		"msg": "The insecure port is open",
		"path": controlplane.place(p, "insecure-port"),
		"container": p.container,
		"expected": "--insecure-port=0",
	}
}
