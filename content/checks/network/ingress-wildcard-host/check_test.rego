package seawall.checks.ingress_wildcard_host_test

import data.seawall.checks.ingress_wildcard_host

ingress(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"}, "spec": spec}

test_fail if {
	rs := ingress_wildcard_host.deny with input as ingress({"rules": [{"host": "a.example.org"}, {"http": {}}, {"host": "*.example.org"}]})
	{[r.path, r.msg] | some r in rs} == {
		[["spec", "rules", 1, "host"], "The rule answers for every host name"],
		[["spec", "rules", 2, "host"], `The rule answers for every name of "*.example.org"`],
	}
}

test_default_backend if {
	every spec in [{"defaultBackend": {"service": {}}}, {"backend": {"serviceName": "s"}}] {
		rs := ingress_wildcard_host.deny with input as ingress(spec)
		{r.path | some r in rs} == {["spec"]}
	}
}

test_pass if {
	every spec in [{"rules": [{"host": "a.example.org"}]}, {}, null, {"rules": "x"}] {
		rs := ingress_wildcard_host.deny with input as ingress(spec)
		count(rs) == 0
	}
}
