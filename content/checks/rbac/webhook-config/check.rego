# METADATA
# scope: package
# title: Role can change admission webhooks
# description: >-
#   A mutating webhook sees and changes every object that is created, secrets too. Deleting a validating webhook
#   switches a security policy off.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks
# custom:
#   id: SW-RBAC-018
#   severity: critical
#   category: rbac
#   remediation: >-
#     Leave webhook configurations to administrators.
#   frameworks:
#     cis: ["5.1.12"]
#     mitre: [T1546, T1562]
#     owasp-k8s: [K03, K04]
#   covers: [rbac-webhooks]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.webhook_config

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "reads and rewrites every object on its way into the cluster, or switches policies off"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("critical", hit),
	}
}

targets := [
	{"group": "admissionregistration.k8s.io", "resource": "validatingwebhookconfigurations", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "admissionregistration.k8s.io", "resource": "mutatingwebhookconfigurations", "verbs": {"create", "update", "patch", "delete"}},
]
