# METADATA
# scope: package
# title: Kubelet accepts weak ciphers
# description: >-
#   CBC, RC4, 3DES and ciphers without forward secrecy let recorded traffic be read later.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-067
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set tlsCipherSuites with ECDHE and AES-GCM or ChaCha20 only in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.12"]
#     owasp-k8s: [K09]
#   covers: [kubelet-strong-ciphers]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_ciphers

deny contains r if {
	some cipher in input.tlsCipherSuites
	regex.match(`_(CBC|RC4|3DES)_|^TLS_RSA_`, cipher)
	r := {
		"msg": "Weak cipher suites are accepted",
		"path": ["tlsCipherSuites"],
		"value": object.get(input, ["tlsCipherSuites"], null),
		"expected": "tlsCipherSuites with ECDHE and AES-GCM or ChaCha20 only",
	}
}
