# METADATA
# scope: package
# title: Sessions to pods never time out
# description: >-
#   Forgotten sessions stay open for whoever finds them.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-061
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set streamingConnectionIdleTimeout: 4h in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.5"]
#     owasp-k8s: [K09]
#   covers: [kubelet-streaming-timeout]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_streaming_timeout

deny contains r if {
	object.get(input, "streamingConnectionIdleTimeout", "4h0m0s") in {"0", "0s", 0}
	r := {
		"msg": "Idle sessions are kept for ever",
		"path": ["streamingConnectionIdleTimeout"],
		"value": object.get(input, ["streamingConnectionIdleTimeout"], null),
		"expected": "streamingConnectionIdleTimeout: 4h",
	}
}
