package seawall.checks.api_removed_test

import data.seawall.checks.api_removed

object(version, kind) := {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}

denies(version, kind, release) := rs if {
	rs := api_removed.deny with input as object(version, kind) with data.config as {"kubernetes_version": release}
}

test_fail if {
	denies("policy/v1beta1", "PodDisruptionBudget", "v1.30.1") == {{
		"msg": "PodDisruptionBudget of policy/v1beta1 was removed in Kubernetes 1.25",
		"path": ["apiVersion"],
		"value": "policy/v1beta1",
		"expected": "policy/v1",
	}}
	{r.expected | some r in denies("policy/v1beta1", "PodSecurityPolicy", "1.25")} == {"nothing takes its place"}
}

test_newest_release_by_default if {
	rs := api_removed.deny with input as object("batch/v1beta1", "CronJob")
	count(rs) == 1
}

test_pass if {
	count(denies("policy/v1beta1", "PodDisruptionBudget", "1.24")) == 0
	count(denies("policy/v1", "PodDisruptionBudget", "1.30")) == 0
	count(denies("example.org/v1beta1", "Ingress", "1.30")) == 0
	count(denies("v1", "Endpoints", "1.37")) == 0
}
