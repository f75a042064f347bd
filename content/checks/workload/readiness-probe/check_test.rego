package seawall.checks.readiness_probe_test

import data.seawall.checks.readiness_probe
import data.seawall.lib.fixture

test_fail if {
	rs := readiness_probe.deny with input as fixture.deployment({"containers": [{"name": "c"}], "initContainers": [{"name": "i"}]})
	rs == {{"msg": `Container "c" has no readinessProbe`, "path": ["spec", "template", "spec", "containers", 0, "readinessProbe"], "container": "c"}}
}

test_pass if {
	a := readiness_probe.deny with input as fixture.container({"readinessProbe": {"tcpSocket": {"port": 1}}})
	count(a) == 0
	b := readiness_probe.deny with input as fixture.cronjob({"containers": [{"name": "c"}]})
	count(b) == 0
}
