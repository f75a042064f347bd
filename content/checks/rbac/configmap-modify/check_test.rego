package seawall.checks.configmap_modify_test

import data.seawall.checks.configmap_modify
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]}

test_fail if {
	rs := configmap_modify.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"configmaps\", which rewrites configuration of other applications, in kube-system also DNS and cloud access",
		"path": ["rules", 1],
		"value": rule,
		"severity": "medium",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := configmap_modify.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "configmaps"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "low"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["configmaps"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]},
	] {
		rs := configmap_modify.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := configmap_modify.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := configmap_modify.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
