package seawall.checks.memory_limits_test

import data.seawall.checks.memory_limits
import data.seawall.lib.fixture

test_fail if {
	rs := memory_limits.deny with input as fixture.deployment({"containers": [{"name": "c", "resources": {"limits": {"other": 1}}}]})
	rs == {{
		"msg": `Container "c" has no limit for memory`,
		"path": ["spec", "template", "spec", "containers", 0, "resources", "limits", "memory"],
		"container": "c",
		"expected": "resources.limits.memory",
	}}
}

test_init_but_not_ephemeral if {
	rs := memory_limits.deny with input as fixture.pod({"initContainers": [{"name": "i"}], "ephemeralContainers": [{"name": "e"}]})
	{r.container | some r in rs} == {"i"}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "resources": {"limits": {"memory": "1"}}}]},
		{"resources": {"limits": {"memory": "1"}}, "containers": [{"name": "c"}]},
		{"containers": "x"},
	] {
		rs := memory_limits.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
