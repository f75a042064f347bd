package seawall.checks.evict_pods_test

import data.seawall.checks.evict_pods
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]}

test_fail if {
	rs := evict_pods.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"pods/eviction\", which moves pods of others, in the worst case to a node it owns",
		"path": ["rules", 1],
		"value": rule,
		"severity": "low",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := evict_pods.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "pods/eviction"], "verbs": ["x", "create"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "info"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods/eviction"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["*"]},
	] {
		rs := evict_pods.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := evict_pods.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := evict_pods.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
