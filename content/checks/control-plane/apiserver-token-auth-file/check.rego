# METADATA
# scope: package
# title: API server accepts tokens from a file
# description: >-
#   Tokens in a file never expire, cannot be revoked without a restart, and stand in plain text on the node.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-002
#   severity: high
#   category: control-plane
#   remediation: >-
#     no --token-auth-file.
#   frameworks:
#     cis: ["1.2.2"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-token-auth-file, apiserver-satoken-users]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_token_auth_file

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	controlplane.value(p, "token-auth-file") != ""
	r := {
		"msg": "Static tokens are accepted",
		"path": controlplane.place(p, "token-auth-file"),
		"container": p.container,
		"expected": "no --token-auth-file",
	}
}
