# METADATA
# scope: package
# title: Finished pods are kept without a chosen limit
# description: >-
#   Left-overs of finished pods fill the control plane.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-047
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --terminated-pod-gc-threshold in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-terminated-pod-gc]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_terminated_pods

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.value(p, "terminated-pod-gc-threshold")
	r := {
		"msg": "No limit for finished pods is set",
		"path": controlplane.place(p, "terminated-pod-gc-threshold"),
		"container": p.container,
		"expected": "--terminated-pod-gc-threshold",
	}
}
