# METADATA
# scope: package
# title: Role can create persistent volumes
# description: >-
#   A PersistentVolume can be a directory of the node. Whoever creates one gets the node's file system past the
#   rules for pods.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation
# custom:
#   id: SW-RBAC-020
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave persistent volumes to the storage driver and administrators.
#   frameworks:
#     cis: ["5.1.9"]
#     mitre: [T1611]
#     owasp-k8s: [K03]
#   covers: [rbac-pv-create]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.persistent_volumes

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "mounts any directory of a node"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "", "resource": "persistentvolumes", "verbs": {"create"}},
]
