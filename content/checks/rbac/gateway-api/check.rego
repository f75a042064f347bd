# METADATA
# scope: package
# title: Role can change gateways
# description: >-
#   Gateways and routes decide what is reachable from outside; a ReferenceGrant lets another namespace use this
#   one's services and certificates.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-031
#   severity: low
#   category: rbac
#   remediation: >-
#     Leave gateways to the platform team, routes to the owners of the services.
#   frameworks:
#     mitre: [T1133]
#     owasp-k8s: [K03, K07]
#   covers: [rbac-gateway-api]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.gateway_api

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "publishes services or lets routes cross namespaces"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("low", hit),
	}
}

targets := [
	{"group": "gateway.networking.k8s.io", "resource": "gateways", "verbs": {"create", "update", "patch"}},
	{"group": "gateway.networking.k8s.io", "resource": "httproutes", "verbs": {"create", "update", "patch"}},
	{"group": "gateway.networking.k8s.io", "resource": "referencegrants", "verbs": {"create", "update", "patch"}},
]
