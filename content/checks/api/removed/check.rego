# METADATA
# scope: package
# title: API version no longer exists
# description: >-
#   The cluster refuses the object: on the day of an upgrade the workload, policy or role is not there. A policy
#   that is refused protects nothing.
# related_resources:
# - https://kubernetes.io/docs/reference/using-api/deprecation-guide/
# custom:
#   id: SW-API-001
#   severity: high
#   category: api
#   remediation: >-
#     Move the object to the new version: change apiVersion and adapt its fields.
#   frameworks:
#     owasp-k8s: [K10]
#   covers: [dep-api]
#   input: {any: true}
package seawall.checks.api_removed

import data.seawall.lib.api

fact := api.fact

target := api.target

deny contains r if {
	fact.removed != null
	target >= fact.removed
	r := {
		"msg": sprintf("%s of %s was removed in Kubernetes %d.%d", [input.kind, input.apiVersion, fact.removed[0], fact.removed[1]]),
		"path": ["apiVersion"],
		"value": input.apiVersion,
		"expected": words(fact.use),
	}
}

words("") := "nothing takes its place"

words(use) := use if use != ""
