package seawall.checks.authorization_allows_all_test

import data.seawall.checks.authorization_allows_all

object_of(spec) := {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := authorization_allows_all.deny with input as object_of({"rules": [{"from": []}, {}]})
	{r.path | some r in a} == {["spec", "rules", 1]}
	b := authorization_allows_all.deny with input as object_of({"rules": [{"from": [{"source": {"ipBlocks": ["0.0.0.0/0"]}}]}]})
	count(b) == 1
}

test_pass if {
	every s in [{}, {"rules": []}, {"action": "authorization_allows_all.deny", "rules": [{}]}, {"rules": [{"from": [{"source": {"principals": ["*"]}}]}]}] {
		rs := authorization_allows_all.deny with input as object_of(s)
		count(rs) == 0
	}
}
