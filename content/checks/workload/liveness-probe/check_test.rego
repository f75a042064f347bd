package seawall.checks.liveness_probe_test

import data.seawall.checks.liveness_probe
import data.seawall.lib.fixture

test_fail if {
	rs := liveness_probe.deny with input as fixture.deployment({"containers": [{"name": "c"}], "initContainers": [{"name": "i"}]})
	rs == {{"msg": `Container "c" has no livenessProbe`, "path": ["spec", "template", "spec", "containers", 0, "livenessProbe"], "container": "c"}}
}

test_pass if {
	a := liveness_probe.deny with input as fixture.container({"livenessProbe": {"tcpSocket": {"port": 1}}})
	count(a) == 0
	b := liveness_probe.deny with input as fixture.cronjob({"containers": [{"name": "c"}]})
	count(b) == 0
}
