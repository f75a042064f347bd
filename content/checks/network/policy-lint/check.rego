# METADATA
# scope: package
# title: Network policy does not say what its author meant
# description: >-
#   policyTypes decides which directions a policy covers. Rules of a direction that it leaves out are ignored, and a
#   policy without types never restricts egress unless it has egress rules.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   id: SW-NET-005
#   severity: low
#   category: network
#   remediation: >-
#     List in policyTypes exactly the directions that the policy has rules for.
#   frameworks:
#     owasp-k8s: [K07]
#   covers: [net-netpol-lint]
#   input: {kinds: [networking.k8s.io/NetworkPolicy]}
package seawall.checks.policy_lint

deny contains r if {
	some direction, type in {"ingress": "Ingress", "egress": "Egress"}
	is_array(input.spec[direction])
	count(input.spec[direction]) > 0
	is_array(input.spec.policyTypes)
	not type in input.spec.policyTypes
	r := {
		"msg": sprintf("The %s rules have no effect: policyTypes does not name %s", [direction, type]),
		"path": ["spec", "policyTypes"],
		"value": input.spec.policyTypes,
		"expected": sprintf("%s in policyTypes", [type]),
	}
}

deny contains r if {
	is_object(input.spec)
	object.get(input.spec, "policyTypes", null) in [null, []]
	r := {
		"msg": "policyTypes is missing: whether egress is restricted depends on rules being there",
		"path": ["spec", "policyTypes"],
		"expected": "policyTypes: [Ingress], [Egress] or both",
		"fix": [{"op": "set", "path": ["spec", "policyTypes"], "value": effective}],
	}
}

# What the API server fills in.
effective := ["Ingress", "Egress"] if {
	count(object.get(input.spec, "egress", [])) > 0
} else := ["Ingress"]
