# METADATA
# scope: package
# title: Kubelet changes kernel settings of the node
# description: >-
#   Settings that were hardened on purpose may be overwritten.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-063
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set protectKernelDefaults: true in the kubelet's configuration.
#   frameworks:
#     owasp-k8s: [K09]
#   covers: [kubelet-protect-kernel-defaults]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_kernel_defaults

deny contains r if {
	object.get(input, "protectKernelDefaults", false) != true
	r := {
		"msg": "Kernel settings may be changed",
		"path": ["protectKernelDefaults"],
		"value": object.get(input, ["protectKernelDefaults"], null),
		"expected": "protectKernelDefaults: true",
	}
}
