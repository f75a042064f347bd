package seawall.checks.kubelet_rotate_certificates_test

import data.seawall.checks.kubelet_rotate_certificates

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"rotateCertificates": false}] {
		rs := kubelet_rotate_certificates.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Certificates are not rotated", ["rotateCertificates"]]}
	}
}

test_pass if {
	every fields in [{"rotateCertificates": true}, {}] {
		rs := kubelet_rotate_certificates.deny with input as config(fields)
		count(rs) == 0
	}
}
