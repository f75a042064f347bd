package seawall.checks.kubelet_pids_limit_test

import data.seawall.checks.kubelet_pids_limit

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{}, {"podPidsLimit": -1}] {
		rs := kubelet_pids_limit.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["No process limit for pods is set", ["podPidsLimit"]]}
	}
}

test_pass if {
	every fields in [{"podPidsLimit": 4096}] {
		rs := kubelet_pids_limit.deny with input as config(fields)
		count(rs) == 0
	}
}
