package seawall.checks.wildcard_host_test

import data.seawall.checks.wildcard_host

object_of(spec) := {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := wildcard_host.deny with input as object_of({"hosts": ["a.org", "*"]})
	{r.path | some r in a} == {["spec", "hosts", 1]}
	b := wildcard_host.deny with input as object_of({"servers": [{"hosts": ["*/*"]}]})
	{r.path | some r in b} == {["spec", "servers", 0, "hosts", 0]}
}

test_pass if {
	every s in [{"hosts": ["*.example.org"]}, {}, null] {
		rs := wildcard_host.deny with input as object_of(s)
		count(rs) == 0
	}
}
