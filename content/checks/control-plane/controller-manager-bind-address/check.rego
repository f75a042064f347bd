# METADATA
# scope: package
# title: Controller manager listens on the network
# description: >-
#   Its health and profiling pages are open to the network.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-046
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --bind-address=127.0.0.1 in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.7"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-bind-address]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_bind_address

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.among(p, "bind-address", {"127.0.0.1", "::1", "localhost"})
	r := {
		"msg": "The port is open to the network",
		"path": controlplane.place(p, "bind-address"),
		"container": p.container,
		"expected": "--bind-address=127.0.0.1",
	}
}
