# METADATA
# scope: package
# title: Kubelet answers requests without sign-in
# description: >-
#   The kubelet's API runs commands in every pod of the node.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-057
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set authentication.anonymous.enabled: false in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.1"]
#     owasp-k8s: [K09]
#   covers: [kubelet-anonymous-auth]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_anonymous

deny contains r if {
	input.authentication.anonymous.enabled == true
	r := {
		"msg": "Anonymous requests are allowed",
		"path": ["authentication", "anonymous", "enabled"],
		"value": object.get(input, ["authentication", "anonymous", "enabled"], null),
		"expected": "authentication.anonymous.enabled: false",
	}
}
