# METADATA
# scope: package
# title: Pods run without system call filter by default
# description: >-
#   Pods that say nothing may use every system call.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-066
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set seccompDefault: true in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.14"]
#     owasp-k8s: [K09]
#   covers: [kubelet-seccomp-default]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_seccomp_default

deny contains r if {
	object.get(input, "seccompDefault", false) != true
	r := {
		"msg": "The default seccomp profile is not used",
		"path": ["seccompDefault"],
		"value": object.get(input, ["seccompDefault"], null),
		"expected": "seccompDefault: true",
	}
}
