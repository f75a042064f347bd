package seawall.checks.disruption_budget_test

import data.seawall.checks.disruption_budget

deployment(replicas) := {
	"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "shop"},
	"spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": []}}},
}

inventory(replicas, budgets) := {"cluster": {}, "namespace": {"shop": {"apps/v1": {"Deployment": {"d": deployment(replicas)}}, "policy/v1": {"PodDisruptionBudget": budgets}}}}

test_fail if {
	rs := disruption_budget.deny with data.inventory as inventory(3, {"b": {"spec": {"selector": {"matchLabels": {"app": "x"}}}}})
	{r.object.metadata.name | some r in rs} == {"d"}
}

test_pass if {
	count(disruption_budget.deny) == 0 with data.inventory as inventory(3, {"b": {"spec": {"selector": {"matchLabels": {"app": "d"}}}}})
	count(disruption_budget.deny) == 0 with data.inventory as inventory(1, {})
}
