package seawall.checks.cpu_limit_forbidden_test

import data.seawall.checks.cpu_limit_forbidden
import data.seawall.lib.fixture

limited := fixture.container({"resources": {"limits": {"cpu": "1"}}})

test_fail if {
	rs := cpu_limit_forbidden.deny with input as limited with data.config as {"forbid_cpu_limits": true}
	{r.path | some r in rs} == {["spec", "containers", 0, "resources", "limits", "cpu"]}
}

test_pass if {
	count(cpu_limit_forbidden.deny) == 0 with input as limited
	count(cpu_limit_forbidden.deny) == 0 with input as limited with data.config as {"forbid_cpu_limits": false}
	count(cpu_limit_forbidden.deny) == 0 with input as fixture.container({}) with data.config as {"forbid_cpu_limits": true}
}
