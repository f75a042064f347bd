package seawall.checks.share_process_namespace_test

import data.seawall.checks.share_process_namespace
import data.seawall.lib.fixture

test_fail if {
	rs := share_process_namespace.deny with input as fixture.cronjob({"shareProcessNamespace": true})
	path := ["spec", "jobTemplate", "spec", "template", "spec", "shareProcessNamespace"]
	rs == {{
		"msg": "The pod lets its containers see each other's processes",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_in_a_custom_resource if {
	rs := share_process_namespace.deny with input as fixture.jobset({"shareProcessNamespace": true, "containers": [{"name": "c", "image": "c"}]})
	count(rs) == 1
}

test_pass if {
	every spec in [{}, {"shareProcessNamespace": false}, {"shareProcessNamespace": "true"}, {"shareProcessNamespace": null}] {
		rs := share_process_namespace.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
