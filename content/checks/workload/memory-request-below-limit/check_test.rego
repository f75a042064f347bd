package seawall.checks.memory_request_below_limit_test

import data.seawall.checks.memory_request_below_limit
import data.seawall.lib.fixture

resources(request, limit) := fixture.container({"resources": {"requests": {"memory": request}, "limits": {"memory": limit}}})

test_fail if {
	rs := memory_request_below_limit.deny with input as resources("128Mi", "1Gi")
	rs == {{
		"msg": `Container "c" reserves 128Mi of memory and may use 1Gi`,
		"path": ["spec", "containers", 0, "resources", "requests", "memory"],
		"container": "c",
		"value": "128Mi",
		"expected": "1Gi",
		"severity": "info",
	}}
}

test_pass if {
	every pair in [["1Gi", "1024Mi"], ["2Gi", "1Gi"], ["x", "1Gi"]] {
		rs := memory_request_below_limit.deny with input as resources(pair[0], pair[1])
		count(rs) == 0
	}
	qs := memory_request_below_limit.deny with input as fixture.container({"resources": {"limits": {"memory": "1Gi"}}})
	count(qs) == 0
}
