package seawall.checks.escalate_verb_test

import data.seawall.checks.escalate_verb
import data.seawall.lib.fixture

rule := {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["escalate"]}

test_fail if {
	rs := escalate_verb.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"escalate\" on \"roles\", which writes roles with rights it does not have itself",
		"path": ["rules", 1],
		"value": rule,
		"severity": "critical",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := escalate_verb.deny with input as fixture.role([{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["widgets", "clusterroles"], "verbs": ["x", "escalate"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "high"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["roles"], "verbs": ["escalate"]},
		{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["*"], "verbs": ["escalate"]},
		{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["*"]},
	] {
		rs := escalate_verb.deny with input as fixture.clusterrole([rule])
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
		rs := escalate_verb.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := escalate_verb.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
