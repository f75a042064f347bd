package seawall.checks.policy_allows_everything_test

import data.seawall.checks.policy_allows_everything

policy(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}

test_no_peers if {
	rs := policy_allows_everything.deny with input as policy({"ingress": [{}]})
	rs == {{"msg": "The rule allows ingress for everybody", "path": ["spec", "ingress", 0], "value": {}, "severity": "medium"}}
}

test_any_address if {
	rs := policy_allows_everything.deny with input as policy({"egress": [{"to": [{"podSelector": {}}, {"ipBlock": {"cidr": "::/0"}}]}]})
	rs == {{
		"msg": "The rule allows egress for every address (::/0)",
		"path": ["spec", "egress", 0, "to", 1, "ipBlock", "cidr"],
		"value": "::/0",
		"severity": "low",
	}}
}

test_ports_only if {
	rs := policy_allows_everything.deny with input as policy({"ingress": [{"ports": [{"port": 80}]}]})
	{r.msg | some r in rs} == {"The rule allows ingress for everybody on some ports"}
}

test_pass if {
	every spec in [
		{"ingress": []},
		{"ingress": [{"from": [{"podSelector": {}}]}]},
		{"egress": [{"ports": [{"port": 53}]}]},
		{"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}]},
		{"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
		{"ingress": "x"},
		null,
	] {
		rs := policy_allows_everything.deny with input as policy(spec)
		count(rs) == 0
	}
}
