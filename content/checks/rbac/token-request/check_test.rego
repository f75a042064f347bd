package seawall.checks.token_request_test

import data.seawall.checks.token_request
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}

test_fail if {
	rs := token_request.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"serviceaccounts/token\", which becomes any service account of its reach",
		"path": ["rules", 1],
		"value": rule,
		"severity": "critical",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := token_request.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "serviceaccounts/token"], "verbs": ["x", "create"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "high"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["serviceaccounts/token"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["*"]},
	] {
		rs := token_request.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := token_request.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := token_request.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
