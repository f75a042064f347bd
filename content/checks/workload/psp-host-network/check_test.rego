package seawall.checks.psp_host_network_test

import data.seawall.checks.psp_host_network

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_host_network.deny with input as psp({"hostNetwork": true})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have the network of the node", ["spec", "hostNetwork"]]}
}

test_pass if {
	every spec in [{"hostNetwork": false}, null, "x"] {
		rs := psp_host_network.deny with input as psp(spec)
		count(rs) == 0
	}
}
