package seawall.checks.cpu_limits_test

import data.seawall.checks.cpu_limits
import data.seawall.lib.fixture

test_fail if {
	rs := cpu_limits.deny with input as fixture.deployment({"containers": [{"name": "c", "resources": {"limits": {"other": 1}}}]})
	rs == {{
		"msg": `Container "c" has no limit for processor time`,
		"path": ["spec", "template", "spec", "containers", 0, "resources", "limits", "cpu"],
		"container": "c",
		"expected": "resources.limits.cpu",
	}}
}

test_init_but_not_ephemeral if {
	rs := cpu_limits.deny with input as fixture.pod({"initContainers": [{"name": "i"}], "ephemeralContainers": [{"name": "e"}]})
	{r.container | some r in rs} == {"i"}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}]},
		{"resources": {"limits": {"cpu": "1"}}, "containers": [{"name": "c"}]},
		{"containers": "x"},
	] {
		rs := cpu_limits.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
