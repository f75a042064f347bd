# METADATA
# scope: package
# title: PodSecurityPolicy allows privileged containers
# description: >-
#   Every pod that may use this policy can have privileged containers. PodSecurityPolicy was removed in Kubernetes
#   1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-001
#   severity: high
#   category: workload
#   remediation: >-
#     Move to Pod Security Standards; until then tighten the policy.
#   frameworks:
#     cis: ["5.2.2"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [psp-privileged]
#   input: {kinds: [PodSecurityPolicy]}
package seawall.checks.psp_privileged

deny contains r if {
	is_object(input.spec)
	input.spec.privileged == true
	r := {
		"msg": "Pods under this policy may have privileged containers",
		"path": ["spec", "privileged"],
		"value": true,
	}
}
