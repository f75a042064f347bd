# METADATA
# scope: package
# title: API server listens without TLS on an address of the network
# description: >-
#   The insecure port takes every request as an administrator's.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-022
#   severity: critical
#   category: control-plane
#   remediation: >-
#     no --insecure-bind-address.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-insecure-bind-address]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_insecure_bind_address

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "insecure-bind-address") != ""
	r := {
		"msg": "The insecure port is bound to an address",
		"path": controlplane.place(p, "insecure-bind-address"),
		"container": p.container,
		"expected": "no --insecure-bind-address",
	}
}
