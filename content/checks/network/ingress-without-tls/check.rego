# METADATA
# scope: package
# title: Ingress serves a host without TLS
# description: >-
#   What users send to this host, passwords and cookies included, crosses the network readable and can be changed on
#   the way by anybody in between.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
# custom:
#   id: SW-NET-002
#   severity: medium
#   category: network
#   remediation: Add a `tls` entry with the host and the Secret of its certificate.
#   frameworks:
#     nsa-cisa: [network/tls]
#     owasp-k8s: [K07]
#   covers: [ing-tls]
#   input: {kinds: [networking.k8s.io/Ingress, extensions/Ingress]}
package seawall.checks.ingress_without_tls

deny contains r if {
	is_array(input.spec.rules)
	some i, rule in input.spec.rules
	host := object.get(rule, "host", "")
	not covered(host)
	r := {
		"msg": sprintf("Host %q is served without TLS", [shown(host)]),
		"path": ["spec", "rules", i, "host"],
		"value": host,
		"expected": "a tls entry for the host",
	}
}

deny contains r if {
	not input.spec.rules
	input.spec.defaultBackend
	count(tls) == 0
	r := {
		"msg": "The default backend is served without TLS",
		"path": ["spec", "tls"],
		"expected": "a tls entry",
	}
}

shown("") := "*"

shown(host) := host if host != ""

default tls := []

tls := input.spec.tls if is_array(input.spec.tls)

# An entry without hosts covers every host.
covered(_) if {
	some entry in tls
	is_object(entry)
	count(object.get(entry, "hosts", [])) == 0
}

covered(host) if {
	some entry in tls
	some name in entry.hosts
	name == host
}

# *.example.com covers a.example.com, not a.b.example.com.
covered(host) if {
	some entry in tls
	some name in entry.hosts
	startswith(name, "*.")
	parts := split(host, ".")
	concat(".", array.slice(parts, 1, count(parts))) == substring(name, 2, -1)
}
