# METADATA
# scope: package
# title: Kubelet does not renew its certificate
# description: >-
#   Its certificate runs out, or is made to live for years.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-064
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set rotateCertificates: true in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.10"]
#     owasp-k8s: [K09]
#   covers: [kubelet-rotate-certs]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_rotate_certificates

deny contains r if {
	input.rotateCertificates == false
	r := {
		"msg": "Certificates are not rotated",
		"path": ["rotateCertificates"],
		"value": object.get(input, ["rotateCertificates"], null),
		"expected": "rotateCertificates: true",
	}
}
