# METADATA
# scope: package
# title: PodSecurityPolicy allows the network of the node
# description: >-
#   Every pod that may use this policy can have the network of the node. PodSecurityPolicy was removed in Kubernetes
#   1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-004
#   severity: medium
#   category: workload
#   remediation: >-
#     Move to Pod Security Standards; until then tighten the policy.
#   frameworks:
#     cis: ["5.2.5"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [psp-hostnetwork]
#   input: {kinds: [PodSecurityPolicy]}
package seawall.checks.psp_host_network

deny contains r if {
	is_object(input.spec)
	input.spec.hostNetwork == true
	r := {
		"msg": "Pods under this policy may have the network of the node",
		"path": ["spec", "hostNetwork"],
		"value": true,
	}
}
