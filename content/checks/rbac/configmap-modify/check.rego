# METADATA
# scope: package
# title: Role can change configuration of others
# description: >-
#   ConfigMaps configure applications. In kube-system they configure CoreDNS (where names resolve to) and, on EKS,
#   aws-auth (who is an administrator).
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-029
#   severity: medium
#   category: rbac
#   remediation: >-
#     Narrow the rule with resourceNames, and keep it out of kube-system.
#   frameworks:
#     mitre: [T1565]
#     owasp-k8s: [K03]
#   covers: [rbac-configmap-modify, rbac-aws-auth]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.configmap_modify

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "rewrites configuration of other applications, in kube-system also DNS and cloud access"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "configmaps", "verbs": {"create", "update", "patch"}},
]
