package seawall.checks.quota_test

import data.seawall.checks.quota

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}}

inventory(kinds) := {"cluster": {"v1": {"Namespace": {"shop": namespace}}}, "namespace": {"shop": {"v1": kinds}}}

test_fail if {
	rs := quota.deny with data.inventory as inventory({"Pod": {"a": pod}})
	rs == {{
		"msg": `Namespace "shop" has no ResourceQuota: nothing limits what the namespace may use`,
		"path": ["metadata", "name"],
		"object": namespace,
		"expected": "a ResourceQuota",
	}}
}

test_pass if {
	count(quota.deny) == 0 with data.inventory as inventory({"Pod": {"a": pod}, "ResourceQuota": {"q": {}}})
	count(quota.deny) == 0 with data.inventory as inventory({"ConfigMap": {"a": {"kind": "ConfigMap"}}})
	count(quota.deny) == 0 with data.inventory as {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": {"a": pod}}}}}
}
