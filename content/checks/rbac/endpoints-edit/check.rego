# METADATA
# scope: package
# title: Role can redirect services
# description: >-
#   Endpoints say where a Service sends its traffic. Writing them diverts it to the attacker's pod, or through a
#   trusted load balancer into other namespaces.
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/103675
# custom:
#   id: SW-RBAC-021
#   severity: medium
#   category: rbac
#   remediation: >-
#     Remove write access to endpoints and endpointslices; controllers of the control plane do it.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K03, K07]
#   covers: [rbac-endpoints-edit]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.endpoints_edit

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "sends traffic of a Service anywhere, also into other namespaces (CVE-2021-25740)"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("medium", hit),
	}
}

targets := [
	{"group": "", "resource": "endpoints", "verbs": {"create", "update", "patch"}},
	{"group": "discovery.k8s.io", "resource": "endpointslices", "verbs": {"create", "update", "patch"}},
]
