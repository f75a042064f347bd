package seawall.checks.identical_probes_test

import data.seawall.checks.identical_probes
import data.seawall.lib.fixture

test_fail if {
	probe := {"httpGet": {"path": "/", "port": 80}}
	rs := identical_probes.deny with input as fixture.container({"livenessProbe": probe, "readinessProbe": probe})
	{r.path | some r in rs} == {["spec", "containers", 0, "livenessProbe"]}
}

test_pass if {
	a := identical_probes.deny with input as fixture.container({"livenessProbe": {"periodSeconds": 30, "tcpSocket": {"port": 1}}, "readinessProbe": {"tcpSocket": {"port": 1}}})
	count(a) == 0
	b := identical_probes.deny with input as fixture.container({})
	count(b) == 0
}
