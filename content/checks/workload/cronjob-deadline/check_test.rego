package seawall.checks.cronjob_deadline_test

import data.seawall.checks.cronjob_deadline
import data.seawall.lib.fixture

test_fail if {
	rs := cronjob_deadline.deny with input as fixture.cronjob({})
	rs == {{"msg": "Missed starts are counted without limit", "path": ["spec", "startingDeadlineSeconds"], "expected": "a number of seconds"}}
}

test_pass if {
	rs := cronjob_deadline.deny with input as {"kind": "CronJob", "spec": {"startingDeadlineSeconds": 200}}
	count(rs) == 0
}
