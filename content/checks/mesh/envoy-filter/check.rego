# METADATA
# scope: package
# title: Mesh proxies are patched by hand
# description: >-
#   An EnvoyFilter rewrites the proxies' configuration below the mesh's own checks: it can switch encryption and
#   policies off, and breaks on updates.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-007
#   severity: medium
#   category: mesh
#   remediation: >-
#     Use the mesh's own resources; review what is left.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-envoyfilter]
#   input: {kinds: [EnvoyFilter]}
package seawall.checks.envoy_filter

deny contains r if {
	some i, patch in input.spec.configPatches
	operation := patch.patch.operation
	operation in {"REMOVE", "REPLACE", "INSERT_FIRST", "INSERT_BEFORE"}
	r := {
		"msg": sprintf("The filter uses operation %s on %s", [operation, object.get(patch, "applyTo", "?")]),
		"path": ["spec", "configPatches", i, "patch", "operation"],
		"value": operation,
	}
}

deny contains r if {
	walk(object.get(input, ["spec", "configPatches"], []), [path, value])
	path[count(path) - 1] in {"inlineCode", "inline_code", "inline_string"}
	is_string(value)
	r := {
		"msg": "The filter runs code inside the proxies",
		"path": array.concat(["spec", "configPatches"], path),
		"severity": "high",
	}
}
