package seawall.checks.service_status_test

import data.seawall.checks.service_status
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["services/status"], "verbs": ["patch"]}

test_fail if {
	rs := service_status.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"patch\" on \"services/status\", which claims external addresses for a Service (CVE-2020-8554)",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := service_status.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "services/status"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["services/status"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["services/status"], "verbs": ["*"]},
	] {
		rs := service_status.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["services/status"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := service_status.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := service_status.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
