package seawall.checks.pod_status_test

import data.seawall.checks.pod_status
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods/status"], "verbs": ["patch"]}

test_fail if {
	rs := pod_status.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"patch\" on \"pods/status\", which makes Services send traffic to an address of its choice",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := pod_status.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "pods/status"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods/status"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["pods/status"], "verbs": ["*"]},
	] {
		rs := pod_status.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["pods/status"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := pod_status.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := pod_status.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
