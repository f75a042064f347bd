# METADATA
# scope: package
# title: Role can replace parts of the API
# description: >-
#   An APIService routes a whole API group to a server. The attacker's server then receives requests with the
#   credentials of those who make them.
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/112513
# custom:
#   id: SW-RBAC-035
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave API services to administrators.
#   frameworks:
#     cis: ["5.1.12"]
#     mitre: [T1557]
#     owasp-k8s: [K03]
#   covers: [rbac-webhooks]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.api_services

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "sends requests of an API group to a server of its choice (CVE-2022-3172)"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "apiregistration.k8s.io", "resource": "apiservices", "verbs": {"create", "update", "patch"}},
]
