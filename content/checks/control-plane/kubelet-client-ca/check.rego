# METADATA
# scope: package
# title: Kubelet does not know who may sign client certificates
# description: >-
#   The API server cannot prove itself to the kubelet.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-060
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set authentication.x509.clientCAFile in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.3"]
#     owasp-k8s: [K09]
#   covers: [kubelet-client-ca]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_client_ca

deny contains r if {
	object.get(input, ["authentication", "x509", "clientCAFile"], "") in {"", null}
	r := {
		"msg": "No client CA is set",
		"path": ["authentication", "x509", "clientCAFile"],
		"value": object.get(input, ["authentication", "x509", "clientCAFile"], null),
		"expected": "authentication.x509.clientCAFile",
	}
}
