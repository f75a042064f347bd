package seawall.checks.missing_role_test

import data.seawall.checks.missing_role
import data.seawall.lib.fixture

version := "rbac.authorization.k8s.io/v1"

test_role if {
	b := {"kind": "RoleBinding", "metadata": {"name": "b"}, "roleRef": {"kind": "Role", "name": "gone"}}
	rs := missing_role.deny with data.inventory as {"cluster": {}, "namespace": {"shop": {version: {"RoleBinding": {"b": b}, "Role": {"r": {}}}}}}
	rs == {{"msg": `Role "gone" does not exist in namespace "shop"`, "path": ["roleRef", "name"], "value": "gone", "object": b}}
}

test_cluster_role if {
	b := fixture.binding("gone", [])
	inventory := {"cluster": {version: {"ClusterRoleBinding": {"b": b}, "ClusterRole": {"r": {}}}}, "namespace": {}}
	{r.msg | some r in missing_role.deny} == {`ClusterRole "gone" does not exist`} with data.inventory as inventory
}

test_pass if {
	every role in ["r", "view", "system:node"] {
		inventory := {"cluster": {version: {"ClusterRoleBinding": {"b": fixture.binding(role, [])}, "ClusterRole": {"r": {}}}}, "namespace": {}}
		rs := missing_role.deny with data.inventory as inventory
		count(rs) == 0
	}
}

test_nothing_to_compare_with if {
	inventory := {"cluster": {version: {"ClusterRoleBinding": {"b": fixture.binding("gone", [])}}}, "namespace": {}}
	count(missing_role.deny) == 0 with data.inventory as inventory
	count(missing_role.deny) == 0 with data.inventory as {"cluster": {}, "namespace": {}}
}
