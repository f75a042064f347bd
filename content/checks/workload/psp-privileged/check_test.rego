package seawall.checks.psp_privileged_test

import data.seawall.checks.psp_privileged

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_privileged.deny with input as psp({"privileged": true})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have privileged containers", ["spec", "privileged"]]}
}

test_pass if {
	every spec in [{"privileged": false}, null, "x"] {
		rs := psp_privileged.deny with input as psp(spec)
		count(rs) == 0
	}
}
