# METADATA
# scope: package
# title: Kubelet allows every request
# description: >-
#   Everybody who signs in may run commands in every pod of the node.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-058
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set authorization.mode: Webhook in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.2"]
#     owasp-k8s: [K09]
#   covers: [kubelet-authz-mode]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_authorization

deny contains r if {
	input.authorization.mode == "AlwaysAllow"
	r := {
		"msg": "Every request is allowed",
		"path": ["authorization", "mode"],
		"value": object.get(input, ["authorization", "mode"], null),
		"expected": "authorization.mode: Webhook",
	}
}
