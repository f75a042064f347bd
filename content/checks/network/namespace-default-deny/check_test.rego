package seawall.checks.namespace_default_deny_test

import data.seawall.checks.namespace_default_deny
import data.seawall.lib.fixture

inventory(policies) := {
	"cluster": {"v1": {"Namespace": {"shop": {"kind": "Namespace", "metadata": {"name": "shop"}}}}},
	"namespace": {"shop": {
		"v1": {"Pod": {"app": fixture.pod({})}},
		"networking.k8s.io/v1": {"NetworkPolicy": policies},
	}},
}

denies(policies) := rs if rs := namespace_default_deny.deny with data.inventory as inventory(policies)

test_fail if {
	denies({}) == {{
		"msg": `Namespace "shop" has workloads but no network policy that denies ingress by default`,
		"path": ["metadata", "name"],
		"object": {"kind": "Namespace", "metadata": {"name": "shop"}},
		"expected": "a NetworkPolicy with an empty podSelector and policyTypes [Ingress]",
	}}
}

test_not_a_default_deny if {
	every spec in [
		{"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]},
		{"podSelector": {}, "policyTypes": ["Egress"]},
		{"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]},
	] {
		count(denies({"p": {"spec": spec}})) == 1
	}
}

test_pass if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Ingress"]},
		{"podSelector": {}, "policyTypes": ["Egress", "Ingress"], "ingress": []},
		{"podSelector": {"matchLabels": {}}},
	] {
		count(denies({"p": {"spec": spec}})) == 0
	}
}

test_namespace_not_read if {
	rs := namespace_default_deny.deny with data.inventory as {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": {"app": fixture.pod({})}}}}}
	{r.object.kind | some r in rs} == {"Pod"}
}

test_empty_and_system if {
	count(namespace_default_deny.deny) == 0 with data.inventory as {"cluster": {}, "namespace": {}}
	count(namespace_default_deny.deny) == 0 with data.inventory as {"namespace": {"kube-system": {"v1": {"Pod": {"app": {}}}}}}
}
