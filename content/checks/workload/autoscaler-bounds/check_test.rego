package seawall.checks.autoscaler_bounds_test

import data.seawall.checks.autoscaler_bounds

hpa(spec) := {"kind": "HorizontalPodAutoscaler", "spec": spec}

test_fail if {
	a := autoscaler_bounds.deny with input as hpa({"maxReplicas": 5})
	{r.path | some r in a} == {["spec", "minReplicas"]}
	b := autoscaler_bounds.deny with input as hpa({"minReplicas": 3, "maxReplicas": 3})
	{r.msg | some r in b} == {"maxReplicas 3 leaves no room above minReplicas 3"}
}

test_pass if {
	every spec in [{"minReplicas": 2, "maxReplicas": 5}, null] {
		rs := autoscaler_bounds.deny with input as hpa(spec)
		count(rs) == 0
	}
}
