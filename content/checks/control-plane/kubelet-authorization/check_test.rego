package seawall.checks.kubelet_authorization_test

import data.seawall.checks.kubelet_authorization

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"authorization": {"mode": "AlwaysAllow"}}] {
		rs := kubelet_authorization.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Every request is allowed", ["authorization", "mode"]]}
	}
}

test_pass if {
	every fields in [{}, {"authorization": {"mode": "Webhook"}}] {
		rs := kubelet_authorization.deny with input as config(fields)
		count(rs) == 0
	}
}
