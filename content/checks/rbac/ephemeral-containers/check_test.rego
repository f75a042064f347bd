package seawall.checks.ephemeral_containers_test

import data.seawall.checks.ephemeral_containers
import data.seawall.lib.fixture

rule := {"apiGroups": [""], "resources": ["pods/ephemeralcontainers"], "verbs": ["patch"]}

test_fail if {
	rs := ephemeral_containers.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"patch\" on \"pods/ephemeralcontainers\", which starts a container of its choice inside any pod",
		"path": ["rules", 1],
		"value": rule,
		"severity": "high",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := ephemeral_containers.deny with input as fixture.role([{"apiGroups": [""], "resources": ["widgets", "pods/ephemeralcontainers"], "verbs": ["x", "update"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "medium"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["pods/ephemeralcontainers"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["patch"]},
		{"apiGroups": [""], "resources": ["pods/ephemeralcontainers"], "verbs": ["*"]},
	] {
		rs := ephemeral_containers.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": [""], "resources": ["pods/ephemeralcontainers"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := ephemeral_containers.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := ephemeral_containers.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
