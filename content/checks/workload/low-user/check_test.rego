package seawall.checks.low_user_test

import data.seawall.checks.low_user
import data.seawall.lib.fixture

test_fail if {
	rs := low_user.deny with input as fixture.container({"securityContext": {"runAsUser": 1000}})
	rs == {{
		"msg": `Container "c" runs as user 1000`,
		"path": ["spec", "containers", 0, "securityContext", "runAsUser"],
		"container": "c",
		"value": 1000,
		"expected": "above 10000",
	}}
}

test_container_beats_pod if {
	rs := low_user.deny with input as fixture.pod({"securityContext": {"runAsUser": 1000}, "containers": [{"name": "c", "securityContext": {"runAsUser": 20000}}]})
	count(rs) == 0
}

test_pass if {
	every sc in [{}, {"runAsUser": 10001}, {"runAsUser": 0}, {"runAsUser": "5"}, 3] {
		rs := low_user.deny with input as fixture.container({"securityContext": sc})
		count(rs) == 0
	}
}
