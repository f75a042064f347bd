package seawall.checks.restart_policy_test

import data.seawall.checks.restart_policy
import data.seawall.lib.fixture

test_fail if {
	rs := restart_policy.deny with input as fixture.cronjob({"restartPolicy": "Always"})
	{[r.msg, r.expected] | some r in rs} == {["restartPolicy Always does not fit a CronJob", "Never or OnFailure"]}
	ds := restart_policy.deny with input as fixture.deployment({"restartPolicy": "Never"})
	{r.path | some r in ds} == {["spec", "template", "spec", "restartPolicy"]}
}

test_pass if {
	a := restart_policy.deny with input as fixture.deployment({"restartPolicy": "Always"})
	count(a) == 0
	b := restart_policy.deny with input as fixture.pod({"restartPolicy": "Never"})
	count(b) == 0
	c := restart_policy.deny with input as fixture.cronjob({})
	count(c) == 0
}
