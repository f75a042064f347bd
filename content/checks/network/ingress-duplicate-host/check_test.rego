package seawall.checks.ingress_duplicate_host_test

import data.seawall.checks.ingress_duplicate_host

ingress(name, host, path) := {
	"kind": "Ingress", "metadata": {"name": name, "namespace": "shop"},
	"spec": {"rules": [{"host": host, "http": {"paths": [{"path": path}]}}]},
}

inventory(is) := {"cluster": {}, "namespace": {"shop": {"networking.k8s.io/v1": {"Ingress": is}}}}

test_fail if {
	rs := ingress_duplicate_host.deny with data.inventory as inventory({"a": ingress("a", "x.org", "/"), "b": ingress("b", "x.org", "/")})
	{[r.object.metadata.name, r.msg] | some r in rs} == {
		["a", `Ingress "shop/b" claims host "x.org" and path "/" too`],
		["b", `Ingress "shop/a" claims host "x.org" and path "/" too`],
	}
}

test_pass if {
	every b in [ingress("b", "y.org", "/"), ingress("b", "x.org", "/b"), object.union(ingress("b", "x.org", "/"), {"spec": {"ingressClassName": "other"}})] {
		rs := ingress_duplicate_host.deny with data.inventory as inventory({"a": ingress("a", "x.org", "/"), "b": b})
		count(rs) == 0
	}
}
