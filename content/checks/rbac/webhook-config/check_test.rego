package seawall.checks.webhook_config_test

import data.seawall.checks.webhook_config
import data.seawall.lib.fixture

rule := {"apiGroups": ["admissionregistration.k8s.io"], "resources": ["validatingwebhookconfigurations"], "verbs": ["create"]}

test_fail if {
	rs := webhook_config.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"create\" on \"validatingwebhookconfigurations\", which reads and rewrites every object on its way into the cluster, or switches policies off",
		"path": ["rules", 1],
		"value": rule,
		"severity": "critical",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := webhook_config.deny with input as fixture.role([{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["widgets", "mutatingwebhookconfigurations"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "high"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["validatingwebhookconfigurations"], "verbs": ["create"]},
		{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["*"], "verbs": ["create"]},
		{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["validatingwebhookconfigurations"], "verbs": ["*"]},
	] {
		rs := webhook_config.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": ["admissionregistration.k8s.io"], "resources": ["validatingwebhookconfigurations"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := webhook_config.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := webhook_config.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
