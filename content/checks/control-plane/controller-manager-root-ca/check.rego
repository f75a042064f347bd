# METADATA
# scope: package
# title: Pods cannot check the API server
# description: >-
#   Service account tokens come without the CA that pods need to check the API server.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-045
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --root-ca-file in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.5"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-root-ca]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_root_ca

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.value(p, "root-ca-file")
	r := {
		"msg": "No root CA is set",
		"path": controlplane.place(p, "root-ca-file"),
		"container": p.container,
		"expected": "--root-ca-file",
	}
}
