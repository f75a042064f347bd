package seawall.checks.gateway_api_test

import data.seawall.checks.gateway_api
import data.seawall.lib.fixture

rule := {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["gateways"], "verbs": ["create"]}

test_fail if {
	rs := gateway_api.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"gateways\", which publishes services or lets routes cross namespaces",
		"path": ["rules", 1],
		"value": rule,
		"severity": "low",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := gateway_api.deny with input as fixture.role([{"apiGroups": ["gateway.networking.k8s.io"], "resources": ["widgets", "referencegrants"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "info"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["gateways"], "verbs": ["create"]},
		{"apiGroups": ["gateway.networking.k8s.io"], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": ["gateway.networking.k8s.io"], "resources": ["gateways"], "verbs": ["*"]},
	] {
		rs := gateway_api.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": ["gateway.networking.k8s.io"], "resources": ["gateways"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := gateway_api.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := gateway_api.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
