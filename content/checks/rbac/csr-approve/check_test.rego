package seawall.checks.csr_approve_test

import data.seawall.checks.csr_approve
import data.seawall.lib.fixture

rule := {"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests/approval"], "verbs": ["patch"]}

test_fail if {
	rs := csr_approve.deny with input as fixture.clusterrole([{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}, rule])
	rs == {{
		"msg": "ClusterRole allows \"patch\" on \"certificatesigningrequests/approval\", which issues client certificates for any user or node",
		"path": ["rules", 1],
		"value": rule,
		"severity": "high",
	}}
}

test_last_target_in_a_role_is_milder if {
	rs := csr_approve.deny with input as fixture.role([{"apiGroups": ["certificates.k8s.io"], "resources": ["widgets", "signers"], "verbs": ["x", "sign"]}])
	{[r.path, r.severity] | some r in rs} == {[["rules", 0], "medium"]}
}

test_wildcards if {
	every rule in [
		{"apiGroups": ["*"], "resources": ["certificatesigningrequests/approval"], "verbs": ["patch"]},
		{"apiGroups": ["certificates.k8s.io"], "resources": ["*"], "verbs": ["patch"]},
		{"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests/approval"], "verbs": ["*"]},
	] {
		rs := csr_approve.deny with input as fixture.clusterrole([rule])
		count(rs) == 1
	}
}

test_pass if {
	every rules in [
		[{"apiGroups": ["example.org"], "resources": ["widgets"], "verbs": ["*"]}],
		[{"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests/approval"], "verbs": ["frobnicate"]}],
		[object.union(rule, {"apiGroups": ["other.example.org"]})],
		[object.union(rule, {"resourceNames": ["one"]})],
		[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
		[1, {"verbs": "x"}],
		null,
	] {
		rs := csr_approve.deny with input as fixture.clusterrole(rules)
		count(rs) == 0
	}
}

test_bootstrap_roles_are_left_alone if {
	rs := csr_approve.deny with input as object.union(
		fixture.clusterrole([rule]),
		{"metadata": {"name": "admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
