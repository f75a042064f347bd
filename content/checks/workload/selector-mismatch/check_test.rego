package seawall.checks.selector_mismatch_test

import data.seawall.checks.selector_mismatch

deployment(selector, labels) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"selector": selector, "template": {"metadata": {"labels": labels}, "spec": {}}}}

test_fail if {
	rs := selector_mismatch.deny with input as deployment({"matchLabels": {"app": "a"}}, {"app": "b"})
	{r.path | some r in rs} == {["spec", "selector"]}
	qs := selector_mismatch.deny with input as deployment({"matchLabels": {"app": "a"}}, {})
	count(qs) == 1
}

test_pass if {
	a := selector_mismatch.deny with input as deployment({"matchLabels": {"app": "a"}}, {"app": "a", "x": "y"})
	count(a) == 0
	b := selector_mismatch.deny with input as deployment({}, {"app": "a"})
	count(b) == 0
}
