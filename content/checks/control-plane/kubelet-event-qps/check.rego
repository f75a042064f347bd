# METADATA
# scope: package
# title: Kubelet may drop events
# description: >-
#   Events are part of the record of what happened; a limit of a few per second drops them under attack.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-069
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set eventRecordQPS: 50, or 0 for no limit in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.8"]
#     owasp-k8s: [K09]
#   covers: [kubelet-event-qps]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_event_qps

deny contains r if {
	object.get(input, "eventRecordQPS", 50) < 0
	r := {
		"msg": "The event limit is not valid",
		"path": ["eventRecordQPS"],
		"value": object.get(input, ["eventRecordQPS"], null),
		"expected": "eventRecordQPS: 50, or 0 for no limit",
	}
}
