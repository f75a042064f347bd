package seawall.checks.psp_host_path_test

import data.seawall.checks.psp_host_path

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_host_path.deny with input as psp({"volumes": ["*"]})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have any directory of the node", ["spec", "volumes"]]}
}

test_pass if {
	every spec in [{"volumes": ["configMap", "secret"]}, null, "x"] {
		rs := psp_host_path.deny with input as psp(spec)
		count(rs) == 0
	}
}
