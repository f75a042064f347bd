package seawall.checks.limit_range_test

import data.seawall.checks.limit_range

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}}

inventory(kinds) := {"cluster": {"v1": {"Namespace": {"shop": namespace}}}, "namespace": {"shop": {"v1": kinds}}}

test_fail if {
	rs := limit_range.deny with data.inventory as inventory({"Pod": {"a": pod}})
	rs == {{
		"msg": `Namespace "shop" has no LimitRange: containers without limits get none`,
		"path": ["metadata", "name"],
		"object": namespace,
		"expected": "a LimitRange",
	}}
}

test_pass if {
	count(limit_range.deny) == 0 with data.inventory as inventory({"Pod": {"a": pod}, "LimitRange": {"q": {}}})
	count(limit_range.deny) == 0 with data.inventory as inventory({"ConfigMap": {"a": {"kind": "ConfigMap"}}})
	count(limit_range.deny) == 0 with data.inventory as {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": {"a": pod}}}}}
}
