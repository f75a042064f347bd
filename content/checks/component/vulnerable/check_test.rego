package seawall.checks.vulnerable_test

import data.seawall.checks.vulnerable
import data.seawall.lib.fixture

test_fail if {
	rs := vulnerable.deny with input as fixture.container({"image": "registry.k8s.io/kube-apiserver:v1.27.12"})
	rs == {{
		"msg": "kube-apiserver 1.27.12 is affected by CVE-2024-3177",
		"path": ["spec", "containers", 0, "image"],
		"container": "c",
		"value": "registry.k8s.io/kube-apiserver:v1.27.12",
		"expected": "a fixed version",
		"severity": "high",
	}}
}

test_nightmare if {
	rs := vulnerable.deny with input as fixture.container({"image": "registry.k8s.io/ingress-nginx/controller:v1.12.0"})
	{r.severity | some r in rs} == {"critical"}
}

test_fixed_versions_and_strangers if {
	every ref in [
		"registry.k8s.io/kube-apiserver:v1.31.0",
		"registry.k8s.io/ingress-nginx/controller:v1.13.0",
		"example.org/controller:1.0.0",
		"example.org/driver:0.1.0",
		"registry.k8s.io/kube-apiserver",
		7,
	] {
		rs := vulnerable.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
