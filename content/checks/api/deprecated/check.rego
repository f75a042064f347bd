# METADATA
# scope: package
# title: API version is going away
# description: >-
#   The version still works and will be removed in a later release; the upgrade that brings security fixes is then
#   blocked by old manifests.
# related_resources:
# - https://kubernetes.io/docs/reference/using-api/deprecation-guide/
# custom:
#   id: SW-API-002
#   severity: low
#   category: api
#   remediation: >-
#     Move the object to the new version: change apiVersion and adapt its fields.
#   frameworks:
#     owasp-k8s: [K10]
#   covers: [dep-api]
#   input: {any: true}
package seawall.checks.api_deprecated

import data.seawall.lib.api

fact := api.fact

target := api.target

deny contains r if {
	target >= fact.deprecated
	not gone
	r := {
		"msg": sprintf("%s of %s is deprecated since Kubernetes %d.%d", [input.kind, input.apiVersion, fact.deprecated[0], fact.deprecated[1]]),
		"path": ["apiVersion"],
		"value": input.apiVersion,
		"expected": words(fact.use),
	}
}

gone if {
	fact.removed != null
	target >= fact.removed
}

words("") := "nothing takes its place"

words(use) := use if use != ""
