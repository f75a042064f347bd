# METADATA
# scope: package
# title: Mesh policy allows every request
# description: >-
#   An ALLOW policy with an empty rule lets every request in, signed in or not, whatever the other policies of its
#   kind say.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-002
#   severity: medium
#   category: mesh
#   remediation: >-
#     Name sources, operations or conditions in every rule.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-authz-policy]
#   input: {kinds: [AuthorizationPolicy]}
package seawall.checks.authorization_allows_all

deny contains r if {
	object.get(input.spec, "action", "ALLOW") == "ALLOW"
	some i, rule in input.spec.rules
	rule in [{}, null]
	r := {"msg": "The rule is empty: every request is allowed", "path": ["spec", "rules", i], "value": rule}
}

deny contains r if {
	object.get(input.spec, "action", "ALLOW") == "ALLOW"
	some i, rule in input.spec.rules
	some j, from in rule.from
	some field in ["principals", "requestPrincipals", "namespaces", "ipBlocks"]
	some value in from.source[field]
	value in {"*", "0.0.0.0/0", "::/0"}
	not value == "*"
	r := {
		"msg": sprintf("The source %s is everybody", [value]),
		"path": ["spec", "rules", i, "from", j, "source", field],
		"value": value,
	}
}
