package seawall.checks.psp_host_pid_test

import data.seawall.checks.psp_host_pid

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_host_pid.deny with input as psp({"hostPID": true})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have the processes of the node", ["spec", "hostPID"]]}
}

test_pass if {
	every spec in [{"hostPID": false}, null, "x"] {
		rs := psp_host_pid.deny with input as psp(spec)
		count(rs) == 0
	}
}
