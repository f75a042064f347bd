package seawall.checks.kube_system_workload_test

import data.seawall.checks.kube_system_workload

pod(namespace, labels, ref) := {
	"apiVersion": "v1", "kind": "Pod",
	"metadata": {"name": "p", "namespace": namespace, "labels": labels},
	"spec": {"containers": [{"name": "c", "image": ref}]},
}

test_fail if {
	rs := kube_system_workload.deny with input as pod("kube-system", {"app": "miner"}, "x")
	rs == {{
		"msg": `The workload is in namespace "kube-system"`,
		"path": ["metadata", "namespace"],
		"value": "kube-system",
		"expected": "a namespace of its own",
	}}
}

test_pass if {
	every p in [
		pod("shop", {}, "x"),
		pod("kube-system", {"tier": "control-plane"}, "x"),
		pod("kube-system", {"k8s-app": "kube-dns"}, "x"),
		pod("kube-system", {}, "registry.k8s.io/kube-proxy:v1.30.0"),
	] {
		rs := kube_system_workload.deny with input as p
		count(rs) == 0
	}
}
