package seawall.checks.kubelet_event_qps_test

import data.seawall.checks.kubelet_event_qps

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"eventRecordQPS": -1}] {
		rs := kubelet_event_qps.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["The event limit is not valid", ["eventRecordQPS"]]}
	}
}

test_pass if {
	every fields in [{}, {"eventRecordQPS": 50}, {"eventRecordQPS": 0}] {
		rs := kubelet_event_qps.deny with input as config(fields)
		count(rs) == 0
	}
}
