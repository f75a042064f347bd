package seawall.checks.kubelet_static_pods_test

import data.seawall.checks.kubelet_static_pods

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"staticPodPath": "/etc/kubernetes/manifests"}] {
		rs := kubelet_static_pods.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Static pods are started from a folder", ["staticPodPath"]]}
	}
}

test_pass if {
	every fields in [{}, {"staticPodPath": ""}] {
		rs := kubelet_static_pods.deny with input as config(fields)
		count(rs) == 0
	}
}
