package seawall.checks.kubelet_streaming_timeout_test

import data.seawall.checks.kubelet_streaming_timeout

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"streamingConnectionIdleTimeout": "0"}] {
		rs := kubelet_streaming_timeout.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Idle sessions are kept for ever", ["streamingConnectionIdleTimeout"]]}
	}
}

test_pass if {
	every fields in [{}, {"streamingConnectionIdleTimeout": "5m"}] {
		rs := kubelet_streaming_timeout.deny with input as config(fields)
		count(rs) == 0
	}
}
