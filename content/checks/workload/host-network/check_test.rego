package seawall.checks.host_network_test

import data.seawall.checks.host_network
import data.seawall.lib.fixture

test_fail if {
	rs := host_network.deny with input as fixture.cronjob({"hostNetwork": true})
	path := ["spec", "jobTemplate", "spec", "template", "spec", "hostNetwork"]
	rs == {{
		"msg": "The pod uses the network of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_in_a_custom_resource if {
	rs := host_network.deny with input as fixture.jobset({"hostNetwork": true, "containers": [{"name": "c", "image": "c"}]})
	count(rs) == 1
}

test_pass if {
	every spec in [{}, {"hostNetwork": false}, {"hostNetwork": "true"}, {"hostNetwork": null}] {
		rs := host_network.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
