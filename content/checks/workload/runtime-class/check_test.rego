package seawall.checks.runtime_class_test

import data.seawall.checks.runtime_class
import data.seawall.lib.fixture

denies(spec, classes) := rs if {
	rs := runtime_class.deny with input as fixture.pod(spec) with data.config as {"runtime_classes": classes}
}

test_fail if {
	{[r.path, r.expected] | some r in denies({}, ["gvisor", "kata"])} == {[["spec", "runtimeClassName"], "gvisor or kata"]}
	count(denies({"runtimeClassName": "runc"}, "gvisor")) == 1
}

test_pass if {
	count(denies({"runtimeClassName": "kata"}, ["gvisor", "kata"])) == 0
	count(runtime_class.deny) == 0 with input as fixture.pod({})
}
