package seawall.checks.delete_events_test

import data.seawall.checks.delete_events
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["events"], "verbs": ["delete"]}

test_fail if {
	rs := delete_events.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"delete\" on \"events\", which removes traces of what happened",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := delete_events.deny with input as fixture.role([{"apiGroups": ["events.k8s.io"], "resources": ["widgets", "events"], "verbs": ["x", "deletecollection"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["events"], "verbs": ["delete"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["delete"]},
		{"apiGroups": [""], "resources": ["events"], "verbs": ["*"]},
	] {
		rs := delete_events.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["events"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := delete_events.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := delete_events.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
