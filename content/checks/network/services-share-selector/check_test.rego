package seawall.checks.services_share_selector_test

import data.seawall.checks.services_share_selector

service(name, spec) := {"kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}

inventory(services) := {"cluster": {}, "namespace": {"shop": {"v1": {"Service": services}}}}

test_fail if {
	a := service("a", {"selector": {"app": "x"}})
	b := service("b", {"selector": {"app": "x"}, "type": "NodePort"})
	rs := services_share_selector.deny with data.inventory as inventory({"a": a, "b": b})
	{[r.object.metadata.name, r.msg] | some r in rs} == {["a", `Service "b" selects the same workloads`], ["b", `Service "a" selects the same workloads`]}
}

test_pass if {
	every other in [{"selector": {"app": "y"}}, {"selector": {"app": "x"}, "clusterIP": "None"}, {}, {"selector": {}}] {
		rs := services_share_selector.deny with data.inventory as inventory({"a": service("a", {"selector": {"app": "x"}}), "b": service("b", other)})
		count(rs) == 0
	}
}
