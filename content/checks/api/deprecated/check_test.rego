package seawall.checks.api_deprecated_test

import data.seawall.checks.api_deprecated

object(version, kind) := {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}

denies(version, kind, release) := rs if {
	rs := api_deprecated.deny with input as object(version, kind) with data.config as {"kubernetes_version": release}
}

test_fail if {
	denies("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.24") == {{
		"msg": "HorizontalPodAutoscaler of autoscaling/v2beta2 is deprecated since Kubernetes 1.23",
		"path": ["apiVersion"],
		"value": "autoscaling/v2beta2",
		"expected": "autoscaling/v2",
	}}
	count(denies("v1", "ComponentStatus", "1.30")) == 1
}

test_pass if {
	count(denies("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.22")) == 0
	count(denies("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26")) == 0
	count(denies("autoscaling/v2", "HorizontalPodAutoscaler", "1.24")) == 0
}
