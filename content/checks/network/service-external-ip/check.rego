# METADATA
# scope: package
# title: Service claims external addresses
# description: >-
#   externalIPs makes every node send traffic for these addresses to the service, whoever they belong to. A user who
#   may create services can so read traffic of others (CVE-2020-8554).
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/97076
# custom:
#   id: SW-NET-008
#   severity: high
#   category: network
#   remediation: >-
#     Remove externalIPs; use a LoadBalancer or Ingress. Deny the field by an admission policy.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K07]
#   covers: [svc-external-ip]
#   input: {kinds: [Service]}
package seawall.checks.service_external_ip

deny contains r if {
	ips := input.spec.externalIPs
	is_array(ips)
	count(ips) > 0
	r := {
		"msg": sprintf("The service takes over traffic for %s in the whole cluster", [concat(", ", [sprintf("%v", [ip]) | some ip in ips])]),
		"path": ["spec", "externalIPs"],
		"value": ips,
		"expected": "no externalIPs",
	}
}
