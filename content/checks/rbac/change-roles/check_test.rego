package seawall.checks.change_roles_test

import data.seawall.checks.change_roles
import data.seawall.lib.fixture

rule := {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create"]}

test_fail if {
	rs := change_roles.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"roles\", which rewrites what other roles allow",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := change_roles.deny with input as fixture.role([{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["widgets", "clusterroles"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["roles"], "verbs": ["create"]},
		{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["*"]},
	] {
		rs := change_roles.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := change_roles.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := change_roles.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
