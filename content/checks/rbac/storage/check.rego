# METADATA
# scope: package
# title: Role can change shared storage
# description: >-
#   Storage classes, drivers and attachments decide where data lives and which node may read it.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-034
#   severity: low
#   category: rbac
#   remediation: >-
#     Leave storage objects to the storage driver and administrators.
#   frameworks:
#     mitre: [T1565]
#     owasp-k8s: [K03]
#   covers: [rbac-storage]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.storage

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "moves or exposes data of other teams"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("low", hit),
	}
}

targets := [
	{"group": "storage.k8s.io", "resource": "storageclasses", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "storage.k8s.io", "resource": "csidrivers", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "storage.k8s.io", "resource": "volumeattachments", "verbs": {"create", "update", "patch", "delete"}},
]
