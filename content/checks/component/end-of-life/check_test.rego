package seawall.checks.end_of_life_test

import data.seawall.checks.end_of_life
import data.seawall.lib.fixture

test_fail if {
	every pair in [
		["registry.k8s.io/kube-proxy:v1.24.3", "Support of kube-proxy 1.24.3 ended on 2023-07-28"],
		["quay.io/coreos/etcd:v3.3.10", "Support of etcd 3.3.10 ended on 2021-10-15"],
		["registry.k8s.io/ingress-nginx/controller:v1.13.0", "ingress-nginx was retired in March 2026"],
	] {
		rs := end_of_life.deny with input as fixture.container({"image": pair[0]})
		{r.msg | some r in rs} == {pair[1]}
	}
}

test_pass if {
	every ref in ["registry.k8s.io/kube-proxy:v1.36.0", "registry.k8s.io/etcd:3.6.1-0", "example.org/etcd-backup:v1.0.0", "nginx:1.0.0"] {
		rs := end_of_life.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
