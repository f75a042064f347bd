package seawall.checks.wildcard_role_test

import data.seawall.checks.wildcard_role
import data.seawall.lib.fixture

all := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}

test_fail if {
	rs := wildcard_role.deny with input as fixture.clusterrole([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, all])
	rs == {{
		"msg": "ClusterRole allows every action on every resource of API groups *",
		"path": ["rules", 1],
		"value": all,
		"expected": "the verbs and resources that are used",
		"severity": "critical",
	}}
}

test_role_is_milder if {
	rs := wildcard_role.deny with input as fixture.role([object.union(all, {"apiGroups": ["apps", ""]})])
	{r.severity | some r in rs} == {"high"}
	{r.msg | some r in rs} == {`Role allows every action on every resource of API groups "", "apps"`}
}

test_pass if {
	count(wildcard_role.deny) == 0 with input as fixture.role([object.union(all, {"verbs": ["get"]})])
	count(wildcard_role.deny) == 0 with input as fixture.role([object.union(all, {"resources": ["pods"]})])
	count(wildcard_role.deny) == 0 with input as fixture.role(null)
	count(wildcard_role.deny) == 0 with input as object.union(
		fixture.clusterrole([all]),
		{"metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
}
