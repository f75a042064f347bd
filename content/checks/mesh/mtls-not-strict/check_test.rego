package seawall.checks.mtls_not_strict_test

import data.seawall.checks.mtls_not_strict

object_of(spec) := {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := mtls_not_strict.deny with input as object_of({"mtls": {"mode": "PERMISSIVE"}})
	{[r.path, r.value] | some r in a} == {[["spec", "mtls", "mode"], "PERMISSIVE"]}
	b := mtls_not_strict.deny with input as object_of({"mtls": {"mode": "STRICT"}, "portLevelMtls": {"8080": {"mode": "DISABLE"}}})
	{r.path | some r in b} == {["spec", "portLevelMtls", "8080", "mode"]}
}

test_pass if {
	every s in [{}, {"mtls": {"mode": "STRICT"}}, {"mtls": {"mode": "UNSET"}}, null] {
		rs := mtls_not_strict.deny with input as object_of(s)
		count(rs) == 0
	}
}
