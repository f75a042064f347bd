package seawall.checks.kubelet_kernel_defaults_test

import data.seawall.checks.kubelet_kernel_defaults

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{}, {"protectKernelDefaults": false}] {
		rs := kubelet_kernel_defaults.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Kernel settings may be changed", ["protectKernelDefaults"]]}
	}
}

test_pass if {
	every fields in [{"protectKernelDefaults": true}] {
		rs := kubelet_kernel_defaults.deny with input as config(fields)
		count(rs) == 0
	}
}
