package seawall.checks.maximum_limits_test

import data.seawall.checks.maximum_limits
import data.seawall.lib.fixture

denies(limits) := rs if {
	rs := maximum_limits.deny with input as fixture.container({"resources": {"limits": limits}}) with data.config as {"max_cpu": "2", "max_memory": "1Gi"}
}

test_fail if {
	{r.path[5] | some r in denies({"cpu": "2500m", "memory": "2Gi"})} == {"cpu", "memory"}
	count(denies({"cpu": 3})) == 1
}

test_pass if {
	count(denies({"cpu": "2", "memory": "1024Mi"})) == 0
	count(denies({"memory": "lots"})) == 0
	count(maximum_limits.deny) == 0 with input as fixture.container({"resources": {"limits": {"cpu": "100"}}})
}
