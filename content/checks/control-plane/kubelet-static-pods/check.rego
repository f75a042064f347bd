# METADATA
# scope: package
# title: Kubelet starts pods from a folder
# description: >-
#   On worker nodes, whoever writes into the folder starts pods that no admission policy sees.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-068
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set no staticPodPath on worker nodes in the kubelet's configuration.
#   frameworks:
#     owasp-k8s: [K09]
#   covers: [kubelet-static-podpath]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_static_pods

deny contains r if {
	object.get(input, "staticPodPath", "") != ""
	r := {
		"msg": "Static pods are started from a folder",
		"path": ["staticPodPath"],
		"value": object.get(input, ["staticPodPath"], null),
		"expected": "no staticPodPath on worker nodes",
	}
}
