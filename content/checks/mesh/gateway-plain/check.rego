# METADATA
# scope: package
# title: Mesh gateway accepts plain HTTP or old TLS
# description: >-
#   Passwords and cookies cross the internet in the clear, or under TLS with known weaknesses.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-005
#   severity: medium
#   category: mesh
#   remediation: >-
#     Use HTTPS with minProtocolVersion TLSV1_2 or later, and httpsRedirect: true for port 80.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-tls-min]
#   input: {kinds: [networking.istio.io/Gateway]}
package seawall.checks.gateway_plain

deny contains r if {
	some i, server in input.spec.servers
	server.port.protocol in {"HTTP", "HTTP2", "GRPC"}
	not server.tls.httpsRedirect == true
	r := {
		"msg": sprintf("Port %v takes plain %s", [object.get(server.port, "number", "?"), server.port.protocol]),
		"path": ["spec", "servers", i, "port", "protocol"],
		"value": server.port.protocol,
		"expected": "HTTPS, or httpsRedirect: true",
	}
}

deny contains r if {
	some i, server in input.spec.servers
	server.tls.minProtocolVersion in {"TLSV1_0", "TLSV1_1"}
	r := {
		"msg": "TLS older than 1.2 is accepted",
		"path": ["spec", "servers", i, "tls", "minProtocolVersion"],
		"value": server.tls.minProtocolVersion,
		"expected": "TLSV1_2",
	}
}
