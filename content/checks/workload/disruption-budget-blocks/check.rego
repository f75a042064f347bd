# METADATA
# scope: package
# title: Disruption budget lets nothing be moved
# description: >-
#   No pod may be taken voluntarily: nodes cannot be drained, and security updates of nodes wait for somebody to
#   delete pods by hand.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   id: SW-AVAIL-006
#   severity: medium
#   category: workload
#   remediation: >-
#     Allow at least one pod to be unavailable.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-pdb-invalid]
#   input: {kinds: [PodDisruptionBudget]}
package seawall.checks.disruption_budget_blocks

deny contains r if {
	some field, values in {"maxUnavailable": {0, "0", "0%"}, "minAvailable": {"100%"}}
	input.spec[field] in values
	r := {
		"msg": sprintf("%s: %v lets no pod be moved", [field, input.spec[field]]),
		"path": ["spec", field],
		"value": input.spec[field],
	}
}

deny contains r if {
	is_object(input.spec)
	object.get(input.spec, "maxUnavailable", null) == null
	object.get(input.spec, "minAvailable", null) == null
	r := {"msg": "Neither minAvailable nor maxUnavailable is set", "path": ["spec"]}
}
