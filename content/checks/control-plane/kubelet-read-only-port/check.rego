# METADATA
# scope: package
# title: Kubelet has an open port without sign-in
# description: >-
#   The read-only port tells everybody what runs on the node, with its environment.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-059
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set readOnlyPort: 0 in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.4"]
#     owasp-k8s: [K09]
#   covers: [kubelet-read-only-port]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_read_only_port

deny contains r if {
	object.get(input, "readOnlyPort", 0) != 0
	r := {
		"msg": "The read-only port is open",
		"path": ["readOnlyPort"],
		"value": object.get(input, ["readOnlyPort"], null),
		"expected": "readOnlyPort: 0",
	}
}
