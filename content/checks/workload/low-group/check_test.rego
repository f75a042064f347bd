package seawall.checks.low_group_test

import data.seawall.checks.low_group
import data.seawall.lib.fixture

test_fail if {
	rs := low_group.deny with input as fixture.container({"securityContext": {"runAsGroup": 1000}})
	rs == {{
		"msg": `Container "c" runs as group 1000`,
		"path": ["spec", "containers", 0, "securityContext", "runAsGroup"],
		"container": "c",
		"value": 1000,
		"expected": "above 10000",
	}}
}

test_container_beats_pod if {
	rs := low_group.deny with input as fixture.pod({"securityContext": {"runAsGroup": 1000}, "containers": [{"name": "c", "securityContext": {"runAsGroup": 20000}}]})
	count(rs) == 0
}

test_pass if {
	every sc in [{}, {"runAsGroup": 10001}, {"runAsGroup": 0}, {"runAsGroup": "5"}, 3] {
		rs := low_group.deny with input as fixture.container({"securityContext": sc})
		count(rs) == 0
	}
}
