package seawall.checks.psp_host_ipc_test

import data.seawall.checks.psp_host_ipc

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_host_ipc.deny with input as psp({"hostIPC": true})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have the shared memory of the node", ["spec", "hostIPC"]]}
}

test_pass if {
	every spec in [{"hostIPC": false}, null, "x"] {
		rs := psp_host_ipc.deny with input as psp(spec)
		count(rs) == 0
	}
}
