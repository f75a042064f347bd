package seawall.checks.kubelet_client_ca_test

import data.seawall.checks.kubelet_client_ca

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{}] {
		rs := kubelet_client_ca.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["No client CA is set", ["authentication", "x509", "clientCAFile"]]}
	}
}

test_pass if {
	every fields in [{"authentication": {"x509": {"clientCAFile": "/x"}}}] {
		rs := kubelet_client_ca.deny with input as config(fields)
		count(rs) == 0
	}
}
