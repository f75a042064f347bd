# METADATA
# scope: package
# title: Ingress answers for every host name
# description: >-
#   A rule without a host, or with a wildcard, answers requests for any name that reaches the controller. Names that
#   nobody meant to publish are published, and another team's name can be taken.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/ingress/
# custom:
#   id: SW-NET-021
#   severity: low
#   category: network
#   remediation: >-
#     Name the host in every rule.
#   frameworks:
#     owasp-k8s: [K07]
#   covers: [ing-wildcard-host]
#   input: {kinds: [Ingress]}
package seawall.checks.ingress_wildcard_host

deny contains r if {
	some i, rule in input.spec.rules
	host := object.get(rule, "host", "")
	wide(host)
	r := {
		"msg": sprintf("The rule answers for %s", [words(host)]),
		"path": ["spec", "rules", i, "host"],
		"value": host,
		"expected": "a host name",
	}
}

deny contains r if {
	is_object(object.get(input, ["spec", "defaultBackend"], object.get(input, ["spec", "backend"], null)))
	count(object.get(input, ["spec", "rules"], [])) == 0
	r := {
		"msg": "The ingress has only a default backend: it answers for every host name",
		"path": ["spec"],
		"expected": "rules with host names",
	}
}

wide("")

wide(host) if {
	is_string(host)
	startswith(host, "*")
}

words("") := "every host name"

words(host) := sprintf("every name of %q", [host]) if host != ""
