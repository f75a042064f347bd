package seawall.checks.metadata_api_test

import data.seawall.checks.metadata_api

pod := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}}

inventory(specs) := {"cluster": {}, "namespace": {"shop": {
	"v1": {"Pod": {"a": pod}},
	"networking.k8s.io/v1": {"NetworkPolicy": {sprintf("p%d", [i]): {"spec": s} | some i, s in specs}},
}}}

test_fail if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Ingress"]},
		{"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Egress"]},
		{"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
		{"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]},
	] {
		rs := metadata_api.deny with data.inventory as inventory([spec])
		{r.object | some r in rs} == {pod}
	}
}

test_pass if {
	every spec in [
		{"podSelector": {}, "policyTypes": ["Egress"]},
		{"policyTypes": ["Ingress", "Egress"], "egress": [{"to": [{"namespaceSelector": {}}]}]},
		{"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]}]},
	] {
		rs := metadata_api.deny with data.inventory as inventory([spec])
		count(rs) == 0
	}
}
