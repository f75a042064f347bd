package seawall.checks.priority_class_test

import data.seawall.checks.priority_class
import data.seawall.lib.fixture

test_fail if {
	rs := priority_class.deny with input as fixture.deployment({})
	{r.path | some r in rs} == {["spec", "template", "spec", "priorityClassName"]}
}

test_pass if {
	rs := priority_class.deny with input as fixture.deployment({"priorityClassName": "high"})
	count(rs) == 0
}
