package seawall.checks.default_account_binding_test

import data.seawall.checks.default_account_binding
import data.seawall.lib.fixture

test_fail if {
	rs := default_account_binding.deny with input as fixture.binding("edit", [{"kind": "ServiceAccount", "name": "default", "namespace": "shop"}])
	rs == {{
		"msg": `Every pod without a service account of its own in namespace "shop" has role "edit"`,
		"path": ["subjects", 0],
		"value": {"kind": "ServiceAccount", "name": "default", "namespace": "shop"},
		"expected": "a service account made for the workload",
	}}
}

test_namespace_of_the_binding if {
	rs := default_account_binding.deny with input as {"kind": "RoleBinding", "metadata": {"name": "b", "namespace": "x"}, "roleRef": {"name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "default"}]}
	{r.msg | some r in rs} == {`Every pod without a service account of its own in namespace "x" has role "r"`}
}

test_pass if {
	rs := default_account_binding.deny with input as fixture.binding("edit", [{"kind": "ServiceAccount", "name": "app"}, {"kind": "User", "name": "default"}])
	count(rs) == 0
}
