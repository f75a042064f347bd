package seawall.checks.memory_requests_test

import data.seawall.checks.memory_requests
import data.seawall.lib.fixture

test_fail if {
	rs := memory_requests.deny with input as fixture.deployment({"containers": [{"name": "c", "resources": {"requests": {"other": 1}}}]})
	rs == {{
		"msg": `Container "c" reserves no memory`,
		"path": ["spec", "template", "spec", "containers", 0, "resources", "requests", "memory"],
		"container": "c",
		"expected": "resources.requests.memory",
	}}
}

test_init_but_not_ephemeral if {
	rs := memory_requests.deny with input as fixture.pod({"initContainers": [{"name": "i"}], "ephemeralContainers": [{"name": "e"}]})
	{r.container | some r in rs} == {"i"}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "resources": {"requests": {"memory": "1"}}}]},
		{"resources": {"requests": {"memory": "1"}}, "containers": [{"name": "c"}]},
		{"containers": "x"},
	] {
		rs := memory_requests.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}

test_limit_is_request if {
	rs := memory_requests.deny with input as fixture.container({"resources": {"limits": {"memory": "1"}}})
	count(rs) == 0
}
