package seawall.checks.kubelet_seccomp_default_test

import data.seawall.checks.kubelet_seccomp_default

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{}] {
		rs := kubelet_seccomp_default.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["The default seccomp profile is not used", ["seccompDefault"]]}
	}
}

test_pass if {
	every fields in [{"seccompDefault": true}] {
		rs := kubelet_seccomp_default.deny with input as config(fields)
		count(rs) == 0
	}
}
