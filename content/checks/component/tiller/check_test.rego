package seawall.checks.tiller_test

import data.seawall.checks.tiller
import data.seawall.lib.fixture

test_fail if {
	every ref in ["gcr.io/kubernetes-helm/tiller:v2.16.1", "ghcr.io/helm/tiller:v2.17.0"] {
		rs := tiller.deny with input as fixture.container({"image": ref})
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "image"], ref]}
	}
}

test_pass if {
	every ref in ["example.org/tillers:1", "helm/kubectl", null] {
		rs := tiller.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
