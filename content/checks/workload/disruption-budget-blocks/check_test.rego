package seawall.checks.disruption_budget_blocks_test

import data.seawall.checks.disruption_budget_blocks

budget(spec) := {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": spec}

test_fail if {
	every spec in [{"maxUnavailable": 0}, {"maxUnavailable": "0%"}, {"minAvailable": "100%"}, {}] {
		rs := disruption_budget_blocks.deny with input as budget(spec)
		count(rs) == 1
	}
}

test_path if {
	rs := disruption_budget_blocks.deny with input as budget({"maxUnavailable": 0})
	rs == {{"msg": "maxUnavailable: 0 lets no pod be moved", "path": ["spec", "maxUnavailable"], "value": 0}}
}

test_pass if {
	every spec in [{"maxUnavailable": 1}, {"minAvailable": "50%"}, {"minAvailable": 1}, null] {
		rs := disruption_budget_blocks.deny with input as budget(spec)
		count(rs) == 0
	}
}
