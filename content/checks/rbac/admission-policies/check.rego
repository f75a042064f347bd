# METADATA
# scope: package
# title: Role can change admission policies
# description: >-
#   Policies at the door only hold as long as nobody can remove them.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-019
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave admission policies to administrators or to the pipeline that owns them.
#   frameworks:
#     mitre: [T1562]
#     owasp-k8s: [K03, K04]
#   covers: [rbac-admission-policies]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.admission_policies

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "switches the rules off that keep bad objects out"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "admissionregistration.k8s.io", "resource": "validatingadmissionpolicies", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "admissionregistration.k8s.io", "resource": "validatingadmissionpolicybindings", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "admissionregistration.k8s.io", "resource": "mutatingadmissionpolicies", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "constraints.gatekeeper.sh", "resource": "*", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "templates.gatekeeper.sh", "resource": "constrainttemplates", "verbs": {"create", "update", "patch", "delete"}},
	{"group": "kyverno.io", "resource": "clusterpolicies", "verbs": {"create", "update", "patch", "delete"}},
]
