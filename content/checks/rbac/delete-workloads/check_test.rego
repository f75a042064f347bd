package seawall.checks.delete_workloads_test

import data.seawall.checks.delete_workloads
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}

test_fail if {
	rs := delete_workloads.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"delete\" on \"pods\", which takes services down or destroys data",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := delete_workloads.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "persistentvolumeclaims"], "verbs": ["x", "deletecollection"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods"], "verbs": ["delete"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["delete"]},
		{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]},
	] {
		rs := delete_workloads.deny with input as fixture.clusterrole([rule])
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
		rs := delete_workloads.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := delete_workloads.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
