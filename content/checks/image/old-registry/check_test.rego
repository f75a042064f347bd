package seawall.checks.old_registry_test

import data.seawall.checks.old_registry
import data.seawall.lib.fixture

test_fail if {
	every ref in ["k8s.gcr.io/pause:3.1", "gcr.io/google_containers/heapster:v1", "gcr.io/kubernetes-helm/tiller:v2", "quay.io/coreos/etcd:v3.3"] {
		rs := old_registry.deny with input as fixture.container({"image": ref})
		{r.value | some r in rs} == {ref}
	}
}

test_pass if {
	every ref in ["registry.k8s.io/pause:3.9", "gcr.io/distroless/static", "quay.io/cilium/cilium:v1.15", 1] {
		rs := old_registry.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
