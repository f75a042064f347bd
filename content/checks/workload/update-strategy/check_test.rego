package seawall.checks.update_strategy_test

import data.seawall.checks.update_strategy

test_fail if {
	a := update_strategy.deny with input as {"kind": "Deployment", "spec": {"strategy": {"type": "Recreate"}}}
	{[r.path, r.value] | some r in a} == {[["spec", "strategy", "type"], "Recreate"]}
	b := update_strategy.deny with input as {"kind": "DaemonSet", "spec": {"updateStrategy": {"type": "OnDelete"}}}
	{r.path | some r in b} == {["spec", "updateStrategy", "type"]}
}

test_pass if {
	every spec in [{}, {"strategy": {"type": "RollingUpdate"}}, {"strategy": "x"}, null] {
		rs := update_strategy.deny with input as {"kind": "Deployment", "spec": spec}
		count(rs) == 0
	}
}
