package seawall.checks.modify_workloads_test

import data.seawall.checks.modify_workloads
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods"], "verbs": ["patch"]}

test_fail if {
	rs := modify_workloads.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"patch\" on \"pods\", which swaps the image or command of a workload that others trust",
		"path": ["rules", 1],
		"value": rule,
		"severity": "high",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := modify_workloads.deny with input as fixture.role([{"apiGroups": ["batch"], "resources": ["widgets", "cronjobs"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "medium"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]},
	] {
		rs := modify_workloads.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["pods"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := modify_workloads.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := modify_workloads.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
