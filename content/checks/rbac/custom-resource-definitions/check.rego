# METADATA
# scope: package
# title: Role can change resource types
# description: >-
#   Deleting a CustomResourceDefinition deletes all its objects; a conversion webhook in it sees and changes each of
#   them.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-033
#   severity: medium
#   category: rbac
#   remediation: >-
#     Leave custom resource definitions to administrators.
#   frameworks:
#     mitre: [T1485]
#     owasp-k8s: [K03]
#   covers: [rbac-admission-policies]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.custom_resource_definitions

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "deletes or rewires every object of a custom type"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "apiextensions.k8s.io", "resource": "customresourcedefinitions", "verbs": {"create", "update", "patch", "delete"}},
]
