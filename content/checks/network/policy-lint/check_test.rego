package seawall.checks.policy_lint_test

import data.seawall.checks.policy_lint

policy(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}

test_ignored_rules if {
	rs := policy_lint.deny with input as policy({"egress": [{}], "policyTypes": ["Ingress"]})
	rs == {{
		"msg": "The egress rules have no effect: policyTypes does not name Egress",
		"path": ["spec", "policyTypes"],
		"value": ["Ingress"],
		"expected": "Egress in policyTypes",
	}}
}

test_missing if {
	rs := policy_lint.deny with input as policy({"egress": [{}]})
	{r.fix[0].value | some r in rs} == {["Ingress", "Egress"]}
	qs := policy_lint.deny with input as policy({})
	{r.fix[0].value | some r in qs} == {["Ingress"]}
}

test_pass if {
	every spec in [{"policyTypes": ["Ingress"]}, {"egress": [{}], "policyTypes": ["Egress"]}, {"egress": [], "policyTypes": ["Ingress"]}, null, "x"] {
		rs := policy_lint.deny with input as policy(spec)
		count(rs) == 0
	}
}
