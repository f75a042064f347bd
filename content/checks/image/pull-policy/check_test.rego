package seawall.checks.pull_policy_test

import data.seawall.checks.pull_policy
import data.seawall.lib.fixture

test_fail if {
	every c in [{"image": "a:1"}, {"image": "a:1", "imagePullPolicy": "IfNotPresent"}, {"image": "a", "imagePullPolicy": "Never"}] {
		rs := pull_policy.deny with input as fixture.container(c)
		{r.path | some r in rs} == {["spec", "containers", 0, "imagePullPolicy"]}
	}
}

test_pass if {
	every c in [{"image": "a"}, {"image": "a:latest"}, {"image": "a:1", "imagePullPolicy": "Always"}, {"image": "a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}] {
		rs := pull_policy.deny with input as fixture.container(c)
		count(rs) == 0
	}
}
