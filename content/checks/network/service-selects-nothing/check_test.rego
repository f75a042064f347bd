package seawall.checks.service_selects_nothing_test

import data.seawall.checks.service_selects_nothing

service(selector) := {"kind": "Service", "metadata": {"name": "s", "namespace": "shop"}, "spec": {"selector": selector}}

pods := {"a": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "a", "tier": "web"}}, "spec": {"containers": []}}}

inventory(selector, ps) := {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": ps, "Service": {"s": service(selector)}}}}}

test_fail if {
	every selector in [{"app": "b"}, {"app": "a", "tier": "db"}, {"app": 1}] {
		rs := service_selects_nothing.deny with data.inventory as inventory(selector, pods)
		{r.path | some r in rs} == {["spec", "selector"]}
	}
}

test_pass if {
	count(service_selects_nothing.deny) == 0 with data.inventory as inventory({"app": "a"}, pods)
	count(service_selects_nothing.deny) == 0 with data.inventory as inventory({"tier": "web", "app": "a"}, pods)
	count(service_selects_nothing.deny) == 0 with data.inventory as inventory({}, pods)
	count(service_selects_nothing.deny) == 0 with data.inventory as inventory(null, pods)
	count(service_selects_nothing.deny) == 0 with data.inventory as inventory({"app": "b"}, {})
}
