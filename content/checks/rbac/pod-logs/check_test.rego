package seawall.checks.pod_logs_test

import data.seawall.checks.pod_logs
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}

test_fail if {
	rs := pod_logs.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"get\" on \"pods/log\", which reads whatever applications print, secrets too",
		"path": ["rules", 1],
		"value": rule,
		"severity": "low",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := pod_logs.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "pods/log"], "verbs": ["x", "list"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "info"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods/log"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["*"]},
	] {
		rs := pod_logs.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := pod_logs.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := pod_logs.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
