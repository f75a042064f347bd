# METADATA
# scope: package
# title: PodSecurityPolicy allows processes of the user root
# description: >-
#   Every pod that may use this policy can have processes of the user root. PodSecurityPolicy was removed in
#   Kubernetes 1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-006
#   severity: medium
#   category: workload
#   remediation: >-
#     Move to Pod Security Standards; until then tighten the policy.
#   frameworks:
#     cis: ["5.2.7"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [psp-root]
#   input: {kinds: [PodSecurityPolicy]}
package seawall.checks.psp_root

deny contains r if {
	is_object(input.spec)
	not input.spec.runAsUser.rule in {"MustRunAsNonRoot"}
	r := {
		"msg": "Pods under this policy may have processes of the user root",
		"path": ["spec", "runAsUser"],
		"value": object.get(input.spec, "runAsUser", null),
	}
}
