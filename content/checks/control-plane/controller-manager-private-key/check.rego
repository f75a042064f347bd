# METADATA
# scope: package
# title: Controller manager has no key for service account tokens
# description: >-
#   Tokens cannot be signed with a key of their own.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-044
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --service-account-private-key-file in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.4"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-sa-private-key]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_private_key

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.value(p, "service-account-private-key-file")
	r := {
		"msg": "No private key for tokens is set",
		"path": controlplane.place(p, "service-account-private-key-file"),
		"container": p.container,
		"expected": "--service-account-private-key-file",
	}
}
