# METADATA
# scope: package
# title: Mesh route or gateway takes every host
# description: >-
#   Requests for names that nobody meant to publish are routed, and another team's name can be taken.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-006
#   severity: low
#   category: mesh
#   remediation: >-
#     Name the hosts.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-vs-wildcard]
#   input: {kinds: [VirtualService, networking.istio.io/Gateway]}
package seawall.checks.wildcard_host

deny contains r if {
	some i, host in input.spec.hosts
	host in {"*", "*/*"}
	r := result(["spec", "hosts", i], host)
}

deny contains r if {
	some i, server in input.spec.servers
	some j, host in server.hosts
	host in {"*", "*/*", "./*"}
	r := result(["spec", "servers", i, "hosts", j], host)
}

result(path, host) := {"msg": sprintf("Host %q is every host", [host]), "path": path, "value": host, "expected": "host names"}
