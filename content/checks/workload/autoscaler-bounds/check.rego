# METADATA
# scope: package
# title: Autoscaler cannot scale
# description: >-
#   With minimum and maximum equal, or a minimum of one, the autoscaler gives neither room nor safety.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
# custom:
#   id: SW-AVAIL-011
#   severity: low
#   category: workload
#   remediation: >-
#     Set minReplicas to two or more, and maxReplicas above it.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-hpa-replicas]
#   input: {kinds: [HorizontalPodAutoscaler]}
package seawall.checks.autoscaler_bounds

deny contains r if {
	object.get(input.spec, "minReplicas", 1) < 2
	r := {
		"msg": "The autoscaler may go down to one replica",
		"path": ["spec", "minReplicas"],
		"value": object.get(input.spec, "minReplicas", null),
		"expected": "2 or more",
	}
}

deny contains r if {
	low := object.get(input.spec, "minReplicas", 1)
	input.spec.maxReplicas <= low
	r := {
		"msg": sprintf("maxReplicas %v leaves no room above minReplicas %v", [input.spec.maxReplicas, low]),
		"path": ["spec", "maxReplicas"],
		"value": input.spec.maxReplicas,
	}
}
