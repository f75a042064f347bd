package seawall.checks.nodes_proxy_test

import data.seawall.checks.nodes_proxy
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["create"]}

test_fail if {
	rs := nodes_proxy.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"nodes/proxy\", which runs commands in every pod of a node, past audit and admission",
		"path": ["rules", 1],
		"value": rule,
		"severity": "high",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := nodes_proxy.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "nodes/proxy"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "medium"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["nodes/proxy"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["*"]},
	] {
		rs := nodes_proxy.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := nodes_proxy.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := nodes_proxy.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
