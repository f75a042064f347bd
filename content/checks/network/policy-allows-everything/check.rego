# METADATA
# scope: package
# title: Network policy allows traffic from everywhere
# description: >-
#   A rule without peers, or one that names 0.0.0.0/0, lets every pod and every address in. The policy looks like
#   protection and is none.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   id: SW-NET-003
#   severity: medium
#   category: network
#   remediation: >-
#     Name the pods, namespaces or address ranges that need to connect.
#   frameworks:
#     cis: ["5.3.2"]
#     nsa-cisa: [network/policies]
#     owasp-k8s: [K07]
#   covers: [net-netpol-allow-all]
#   input: {kinds: [networking.k8s.io/NetworkPolicy]}
package seawall.checks.policy_allows_everything

deny contains r if {
	some direction, field in {"ingress": "from", "egress": "to"}
	some i, rule in input.spec[direction]
	is_object(rule)
	some hole in holes(rule, field)
	r := {
		"msg": sprintf("The rule allows %s %s", [direction, hole.what]),
		"path": array.concat(["spec", direction, i], hole.path),
		"value": hole.value,
		"severity": severity[direction],
	}
}

# Leaving the cluster open outwards is usual; open inwards is the hole.
severity := {"ingress": "medium", "egress": "low"}

# No peers: every address. Ports may still narrow it.
holes(rule, field) := [{"what": "for everybody", "path": [], "value": rule}] if {
	object.get(rule, field, null) in [null, []]
	object.get(rule, "ports", null) in [null, []]
} else := [{"what": "for everybody on some ports", "path": [], "value": rule}] if {
	object.get(rule, field, null) in [null, []]
	field == "from"
} else := [hole |
	some j, peer in rule[field]
	cidr := peer.ipBlock.cidr
	cidr in {"0.0.0.0/0", "::/0"}
	count(object.get(peer.ipBlock, "except", [])) == 0
	hole := {"what": sprintf("for every address (%s)", [cidr]), "path": [field, j, "ipBlock", "cidr"], "value": cidr}
]
