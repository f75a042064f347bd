# METADATA
# scope: package
# title: Pods may start processes without end
# description: >-
#   A fork bomb in one pod takes the node down.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-065
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set podPidsLimit in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.13"]
#     owasp-k8s: [K09]
#   covers: [kubelet-pod-pids-limit]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_pids_limit

deny contains r if {
	object.get(input, "podPidsLimit", -1) < 1
	r := {
		"msg": "No process limit for pods is set",
		"path": ["podPidsLimit"],
		"value": object.get(input, ["podPidsLimit"], null),
		"expected": "podPidsLimit",
	}
}
