# METADATA
# scope: package
# title: Role can read logs of pods
# description: >-
#   Logs hold tokens, personal data and connection strings more often than anybody plans.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-028
#   severity: low
#   category: rbac
#   remediation: >-
#     Give access to logs per namespace, to those who run the application.
#   frameworks:
#     mitre: [T1552]
#     owasp-k8s: [K03]
#   covers: [rbac-delete-pod-logs]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.pod_logs

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "reads whatever applications print, secrets too"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("low", hit),
	}
}

targets := [
	{"group": "", "resource": "pods/log", "verbs": {"get", "list"}},
]
