package seawall.checks.injection_off_test

import data.seawall.checks.injection_off

pod(metadata) := {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": []}}

test_fail if {
	every m in [{"labels": {"sidecar.istio.io/inject": "false"}}, {"annotations": {"linkerd.io/inject": "disabled"}}, {"labels": {"istio.io/dataplane-mode": "none"}}] {
		rs := injection_off.deny with input as pod(m)
		count(rs) == 1
	}
}

test_path if {
	rs := injection_off.deny with input as pod({"annotations": {"sidecar.istio.io/inject": "false"}})
	{r.path | some r in rs} == {["metadata", "annotations", "sidecar.istio.io/inject"]}
}

test_pass if {
	every m in [{}, {"labels": {"sidecar.istio.io/inject": "true"}}, {"annotations": null}] {
		rs := injection_off.deny with input as pod(m)
		count(rs) == 0
	}
}
