package seawall.checks.kubelet_read_only_port_test

import data.seawall.checks.kubelet_read_only_port

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"readOnlyPort": 10255}] {
		rs := kubelet_read_only_port.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["The read-only port is open", ["readOnlyPort"]]}
	}
}

test_pass if {
	every fields in [{}, {"readOnlyPort": 0}] {
		rs := kubelet_read_only_port.deny with input as config(fields)
		count(rs) == 0
	}
}
