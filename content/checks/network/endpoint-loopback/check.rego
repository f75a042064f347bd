# METADATA
# scope: package
# title: Endpoints point at the node or at link-local addresses
# description: >-
#   Endpoints with loopback or link-local addresses make proxies and controllers connect to services of the node
#   itself or to the cloud's metadata service (CVE-2021-25737, CVE-2020-8562).
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/102106
# custom:
#   id: SW-NET-012
#   severity: high
#   category: network
#   remediation: >-
#     Remove the address; endpoints name pods or outside hosts.
#   frameworks:
#     mitre: [T1552.005, T1557]
#     owasp-k8s: [K07]
#   covers: [cve-2021-25737]
#   input: {kinds: [Endpoints, EndpointSlice]}
package seawall.checks.endpoint_loopback

deny contains r if {
	some address in addresses
	is_string(address.ip)
	bad(address.ip)
	r := {
		"msg": sprintf("The address %s is on the node itself or link-local", [address.ip]),
		"path": address.path,
		"value": address.ip,
	}
}

addresses contains {"ip": ip, "path": ["endpoints", i, "addresses", j]} if ip := input.endpoints[i].addresses[j]

addresses contains {"ip": ip, "path": ["subsets", i, field, j, "ip"]} if {
	some field in ["addresses", "notReadyAddresses"]
	ip := input.subsets[i][field][j].ip
}

ranges := ["127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10", "0.0.0.0/8", "224.0.0.0/4"]

bad(ip) if {
	some range in ranges
	net.cidr_contains(range, ip)
}
