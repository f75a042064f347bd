package seawall.checks.impersonate_test

import data.seawall.checks.impersonate
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}

test_fail if {
	rs := impersonate.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"impersonate\" on \"users\", which sends requests as anybody else, up to cluster administrators",
		"path": ["rules", 1],
		"value": rule,
		"severity": "critical",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := impersonate.deny with input as fixture.role([{"apiGroups": ["authentication.k8s.io"], "resources": ["widgets", "userextras"], "verbs": ["x", "impersonate"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "high"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["users"], "verbs": ["impersonate"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["impersonate"]},
		{"apiGroups": [""], "resources": ["users"], "verbs": ["*"]},
	] {
		rs := impersonate.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["users"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := impersonate.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := impersonate.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
