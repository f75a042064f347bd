# METADATA
# scope: package
# title: API server accepts passwords from a file
# description: >-
#   Passwords in a file never expire and stand in plain text on the node.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-003
#   severity: high
#   category: control-plane
#   remediation: >-
#     no --basic-auth-file.
#   frameworks:
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-basic-auth-file]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_basic_auth_file

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "basic-auth-file") != ""
	r := {
		"msg": "Static passwords are accepted",
		"path": controlplane.place(p, "basic-auth-file"),
		"container": p.container,
		"expected": "no --basic-auth-file",
	}
}
