# METADATA
# scope: package
# title: Role can change the status of services
# description: >-
#   The status of a LoadBalancer Service names addresses whose traffic the cluster will take over: a man in the
#   middle.
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/97076
# custom:
#   id: SW-RBAC-022
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove services/status from the role.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K03, K07]
#   covers: [rbac-service-status]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.service_status

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "claims external addresses for a Service (CVE-2020-8554)"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "services/status", "verbs": {"update", "patch"}},
]
