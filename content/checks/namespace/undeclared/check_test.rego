package seawall.checks.undeclared_test

import data.seawall.checks.undeclared

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"}, "spec": {"containers": []}}

inventory(namespaces) := {"cluster": {"v1": {"Namespace": namespaces}}, "namespace": {"shop": {"v1": {"Pod": {"a": pod}}}}}

test_fail if {
	rs := undeclared.deny with data.inventory as inventory({"other": {}})
	rs == {{"msg": `Namespace "shop" is used but not declared`, "path": ["metadata", "namespace"], "value": "shop", "object": pod}}
}

test_pass if {
	count(undeclared.deny) == 0 with data.inventory as inventory({"shop": {}})
	count(undeclared.deny) == 0 with data.inventory as inventory({})
	count(undeclared.deny) == 0 with data.inventory as {"cluster": {}, "namespace": {"default": {"v1": {"Pod": {"a": pod}}}}}
}
