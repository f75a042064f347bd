# METADATA
# scope: package
# title: Role can forward ports of pods
# description: >-
#   A forwarded port reaches into the pod from inside, past Services, ingress authentication and network policies:
#   databases and debug ports become reachable.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-006
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove pods/portforward from the role, or give it to people in their own namespaces only.
#   frameworks:
#     mitre: [T1210]
#     owasp-k8s: [K03, K07]
#   covers: [rbac-portforward]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.pod_port_forward

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "reaches ports that network policies keep closed"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/portforward", "verbs": {"create", "get"}},
]
