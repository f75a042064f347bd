package seawall.checks.endpoint_loopback_test

import data.seawall.checks.endpoint_loopback

test_slice if {
	rs := endpoint_loopback.deny with input as {"kind": "EndpointSlice", "endpoints": [{"addresses": ["10.0.0.1"]}, {"addresses": ["169.254.169.254"]}]}
	rs == {{
		"msg": "The address 169.254.169.254 is on the node itself or link-local",
		"path": ["endpoints", 1, "addresses", 0],
		"value": "169.254.169.254",
	}}
}

test_endpoints if {
	rs := endpoint_loopback.deny with input as {"kind": "Endpoints", "subsets": [{"addresses": [{"ip": "127.0.0.1"}], "notReadyAddresses": [{"ip": "::1"}]}]}
	count(rs) == 2
}

test_pass if {
	every o in [{"endpoints": [{"addresses": ["10.0.0.1", "fd00::1", "example.org", 7]}]}, {"subsets": null}, {}] {
		rs := endpoint_loopback.deny with input as object.union({"kind": "EndpointSlice"}, o)
		count(rs) == 0
	}
}
