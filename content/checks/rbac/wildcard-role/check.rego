# METADATA
# scope: package
# title: Role grants everything
# description: >-
#   With `*` for verbs and resources the role allows everything in its API groups, also things that do not exist yet. A
#   single stolen token that has it is enough to take over the namespace, or the cluster.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-001
#   severity: high
#   category: rbac
#   remediation: Name the verbs and resources that are really used.
#   frameworks:
#     cis: ["5.1.3"]
#     mitre: [T1078]
#     owasp-k8s: [K03]
#   covers: [rbac-wildcard]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.wildcard_role

import data.seawall.lib.kube
import data.seawall.lib.rbac

deny contains r if {
	not rbac.is_bootstrap
	some rule in rbac.rules
	"*" in rule.verbs
	"*" in rule.resources
	r := {
		"msg": sprintf("%s allows every action on every resource of API groups %s", [kube.kind, names(rule.groups)]),
		"path": rule.path,
		"value": rule.rule,
		"expected": "the verbs and resources that are used",
		"severity": severity[kube.kind],
	}
}

severity := {"ClusterRole": "critical", "Role": "high"}

names(groups) := "*" if {
	"*" in groups
} else := concat(", ", sort([sprintf("%q", [g]) | some g in groups]))
