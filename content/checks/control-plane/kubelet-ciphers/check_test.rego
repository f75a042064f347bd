package seawall.checks.kubelet_ciphers_test

import data.seawall.checks.kubelet_ciphers

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"tlsCipherSuites": ["TLS_RSA_WITH_AES_128_CBC_SHA"]}] {
		rs := kubelet_ciphers.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Weak cipher suites are accepted", ["tlsCipherSuites"]]}
	}
}

test_pass if {
	every fields in [{}, {"tlsCipherSuites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]}] {
		rs := kubelet_ciphers.deny with input as config(fields)
		count(rs) == 0
	}
}
