# METADATA
# scope: package
# title: PodSecurityPolicy allows processes that gain rights
# description: >-
#   Every pod that may use this policy can have processes that gain rights. PodSecurityPolicy was removed in
#   Kubernetes 1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-005
#   severity: medium
#   category: workload
#   remediation: >-
#     Move to Pod Security Standards; until then tighten the policy.
#   frameworks:
#     cis: ["5.2.6"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [psp-allow-priv-esc]
#   input: {kinds: [PodSecurityPolicy]}
package seawall.checks.psp_privilege_escalation

deny contains r if {
	is_object(input.spec)
	object.get(input.spec, "allowPrivilegeEscalation", null) != false
	r := {
		"msg": "Pods under this policy may have processes that gain rights",
		"path": ["spec", "allowPrivilegeEscalation"],
		"value": object.get(input.spec, "allowPrivilegeEscalation", null),
	}
}
