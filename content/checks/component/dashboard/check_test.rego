package seawall.checks.dashboard_test

import data.seawall.checks.dashboard
import data.seawall.lib.fixture

test_fail if {
	every ref in ["kubernetesui/dashboard:v2.7.0", "k8s.gcr.io/kubernetes-dashboard-amd64:v1.10.1", "docker.io/kubernetesui/dashboard-web:1.4.0"] {
		rs := dashboard.deny with input as fixture.container({"image": ref})
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "image"], ref]}
	}
}

test_pass if {
	every ref in ["grafana/grafana:11", "example.org/my-dashboard:1", 7] {
		rs := dashboard.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
