# METADATA
# scope: package
# title: PodSecurityPolicy allows any directory of the node
# description: >-
#   Every pod that may use this policy can have any directory of the node. PodSecurityPolicy was removed in
#   Kubernetes 1.25; old clusters still obey it, newer ones ignore it silently.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-policy/
# custom:
#   id: SW-PSP-008
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
package seawall.checks.psp_host_path

deny contains r if {
	is_object(input.spec)
	allows_paths
	r := {
		"msg": "Pods under this policy may have any directory of the node",
		"path": ["spec", "volumes"],
		"value": input.spec.volumes,
	}
}

allows_paths if {
	some volume in input.spec.volumes
	volume in {"*", "hostPath"}
	object.get(input.spec, "allowedHostPaths", null) in [null, []]
}
