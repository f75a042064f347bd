package seawall.checks.kubelet_anonymous_test

import data.seawall.checks.kubelet_anonymous

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"authentication": {"anonymous": {"enabled": true}}}] {
		rs := kubelet_anonymous.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Anonymous requests are allowed", ["authentication", "anonymous", "enabled"]]}
	}
}

test_pass if {
	every fields in [{}, {"authentication": {"anonymous": {"enabled": false}}}] {
		rs := kubelet_anonymous.deny with input as config(fields)
		count(rs) == 0
	}
}
