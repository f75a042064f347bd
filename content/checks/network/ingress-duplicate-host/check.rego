# METADATA
# scope: package
# title: Two ingresses claim the same host and path
# description: >-
#   Which of them answers depends on the controller and on their age. Whoever can create an Ingress in any namespace
#   can so take traffic from another team.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/ingress/
# custom:
#   id: SW-NET-022
#   severity: medium
#   category: network
#   remediation: >-
#     Give each host and path to one Ingress, and enforce it by an admission policy.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K07]
#   covers: [ing-unique-host]
#   input: {cluster: true}
#   inventory: [Ingress]
package seawall.checks.ingress_duplicate_host

import data.seawall.lib.cluster

deny contains r if {
	some claims in by_route
	objects := {c.object | some c in claims}
	count(objects) > 1
	some claim in claims
	others := sort([sprintf("%s/%s", [c.namespace, c.object.metadata.name]) | some c in claims; c.object != claim.object])
	r := {
		"msg": sprintf("Ingress %q claims host %q and path %q too", [others[0], claim.host, claim.route]),
		"path": claim.path,
		"value": claim.host,
		"object": claim.object,
	}
}

by_route[[class, host, route]] contains claim if {
	some ingress in cluster.namespaced("Ingress")
	class := class_of(ingress.object)
	some i, rule in ingress.object.spec.rules
	host := rule.host
	is_string(host)
	some p in rule.http.paths
	route := object.get(p, "path", "/")
	claim := {"object": ingress.object, "namespace": ingress.namespace, "path": ["spec", "rules", i, "host"], "host": host, "route": route}
}

class_of(o) := c if {
	c := o.spec.ingressClassName
} else := c if {
	c := o.metadata.annotations["kubernetes.io/ingress.class"]
} else := ""
