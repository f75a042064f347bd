# METADATA
# scope: package
# title: Role can delete events
# description: >-
#   Events are one of the few records of what happened in the cluster. Attackers delete them to hide.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-027
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove delete on events.
#   frameworks:
#     mitre: [T1070]
#     owasp-k8s: [K03, K05]
#   covers: [rbac-delete-events]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.delete_events

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "removes traces of what happened"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "events", "verbs": {"delete", "deletecollection"}},
	{"group": "events.k8s.io", "resource": "events", "verbs": {"delete", "deletecollection"}},
]
