package seawall.checks.api_services_test

import data.seawall.checks.api_services
import data.seawall.lib.fixture

rule := {"apiGroups": ["apiregistration.k8s.io"], "resources": ["apiservices"], "verbs": ["create"]}

test_fail if {
	rs := api_services.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"apiservices\", which sends requests of an API group to a server of its choice (CVE-2022-3172)",
		"path": ["rules", 1],
		"value": rule,
		"severity": "high",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := api_services.deny with input as fixture.role([{"apiGroups": ["apiregistration.k8s.io"], "resources": ["widgets", "apiservices"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "medium"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["apiservices"], "verbs": ["create"]},
		{"apiGroups": ["apiregistration.k8s.io"], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": ["apiregistration.k8s.io"], "resources": ["apiservices"], "verbs": ["*"]},
	] {
		rs := api_services.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": ["apiregistration.k8s.io"], "resources": ["apiservices"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := api_services.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := api_services.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
