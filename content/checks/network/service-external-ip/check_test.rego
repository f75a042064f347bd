package seawall.checks.service_external_ip_test

import data.seawall.checks.service_external_ip

service(spec) := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}

test_fail if {
	rs := service_external_ip.deny with input as service({"externalIPs": ["8.8.8.8", "1.1.1.1"]})
	rs == {{
		"msg": "The service takes over traffic for 8.8.8.8, 1.1.1.1 in the whole cluster",
		"path": ["spec", "externalIPs"],
		"value": ["8.8.8.8", "1.1.1.1"],
		"expected": "no externalIPs",
	}}
}

test_pass if {
	every spec in [{}, {"externalIPs": []}, {"externalIPs": null}, null] {
		rs := service_external_ip.deny with input as service(spec)
		count(rs) == 0
	}
}
