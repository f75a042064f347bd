package seawall.checks.cpu_requests_test

import data.seawall.checks.cpu_requests
import data.seawall.lib.fixture

test_fail if {
	rs := cpu_requests.deny with input as fixture.deployment({"containers": [{"name": "c", "resources": {"requests": {"other": 1}}}]})
	rs == {{
		"msg": `Container "c" reserves no processor time`,
		"path": ["spec", "template", "spec", "containers", 0, "resources", "requests", "cpu"],
		"container": "c",
		"expected": "resources.requests.cpu",
	}}
}

test_init_but_not_ephemeral if {
	rs := cpu_requests.deny with input as fixture.pod({"initContainers": [{"name": "i"}], "ephemeralContainers": [{"name": "e"}]})
	{r.container | some r in rs} == {"i"}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "resources": {"requests": {"cpu": "1"}}}]},
		{"resources": {"requests": {"cpu": "1"}}, "containers": [{"name": "c"}]},
		{"containers": "x"},
	] {
		rs := cpu_requests.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}

test_limit_is_request if {
	rs := cpu_requests.deny with input as fixture.container({"resources": {"limits": {"cpu": "1"}}})
	count(rs) == 0
}
