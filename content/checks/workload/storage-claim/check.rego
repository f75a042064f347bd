# METADATA
# scope: package
# title: StatefulSet claims storage without saying how much
# description: >-
#   A claim without a size is refused, or served by whatever the provider thinks best; one without an access mode
#   cannot be scheduled.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
# custom:
#   id: SW-RES-007
#   severity: low
#   category: workload
#   remediation: >-
#     Set resources.requests.storage and accessModes in each volumeClaimTemplate.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [res-storage-statefulset]
#   input: {kinds: [StatefulSet]}
package seawall.checks.storage_claim

deny contains r if {
	some i, claim in input.spec.volumeClaimTemplates
	object.get(claim, ["spec", "resources", "requests", "storage"], null) == null
	r := {
		"msg": sprintf("Claim %q asks for no amount of storage", [object.get(claim, ["metadata", "name"], "?")]),
		"path": ["spec", "volumeClaimTemplates", i, "spec", "resources", "requests", "storage"],
		"expected": "a size",
	}
}

deny contains r if {
	some i, claim in input.spec.volumeClaimTemplates
	object.get(claim, ["spec", "accessModes"], null) in [null, []]
	r := {
		"msg": sprintf("Claim %q has no access mode", [object.get(claim, ["metadata", "name"], "?")]),
		"path": ["spec", "volumeClaimTemplates", i, "spec", "accessModes"],
		"expected": "ReadWriteOnce, or another mode",
	}
}
