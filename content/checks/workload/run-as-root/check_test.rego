package seawall.checks.run_as_root_test

import data.seawall.checks.run_as_root
import data.seawall.lib.fixture

test_container if {
	rs := run_as_root.deny with input as fixture.container({"securityContext": {"runAsUser": 0}})
	rs == {{
		"msg": `Container "c" runs as user 0`,
		"path": ["spec", "containers", 0, "securityContext", "runAsUser"],
		"container": "c",
		"value": 0,
		"expected": "a user above 10000",
	}}
}

test_pod_level if {
	rs := run_as_root.deny with input as fixture.pod({"securityContext": {"runAsUser": 0}, "containers": [{"name": "a"}, {"name": "b", "securityContext": {"runAsUser": 1000}}]})
	{[r.container, r.path] | some r in rs} == {["a", ["spec", "securityContext", "runAsUser"]]}
}

test_pass if {
	every sc in [{}, {"runAsUser": 1}, {"runAsUser": "0"}, null] {
		rs := run_as_root.deny with input as fixture.container({"securityContext": sc})
		count(rs) == 0
	}
}
