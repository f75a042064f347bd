# METADATA
# scope: package
# title: PodSecurityPolicy allows all capabilities that the runtime gives
# description: >-
#   Every pod that may use this policy can have all capabilities that the runtime gives. PodSecurityPolicy was
#   removed in Kubernetes 1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-007
#   severity: medium
#   category: workload
#   remediation: >-
#     Move to Pod Security Standards; until then tighten the policy.
#   frameworks:
#     cis: ["5.2.9"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [psp-caps]
#   input: {kinds: [PodSecurityPolicy]}
package seawall.checks.psp_capabilities

deny contains r if {
	is_object(input.spec)
	not drops_all
	r := {
		"msg": "Pods under this policy may have all capabilities that the runtime gives",
		"path": ["spec", "requiredDropCapabilities"],
		"value": object.get(input.spec, "requiredDropCapabilities", null),
	}
}

drops_all if {
	some cap in input.spec.requiredDropCapabilities
	upper(cap) == "ALL"
}
