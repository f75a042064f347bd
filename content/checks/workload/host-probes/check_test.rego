package seawall.checks.host_probes_test

import data.seawall.checks.host_probes
import data.seawall.lib.fixture

test_fail if {
	rs := host_probes.deny with input as fixture.container({"lifecycle": {"preStop": {"httpGet": {"host": "169.254.169.254"}}}})
	path := ["spec", "containers", 0, "lifecycle", "preStop", "httpGet", "host"]
	rs == {{
		"msg": `The lifecycle.preStop of container "c" connects to "169.254.169.254"`,
		"path": path,
		"container": "c",
		"value": "169.254.169.254",
		"expected": "no host",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_probes if {
	every probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
		rs := host_probes.deny with input as fixture.container({probe: {"tcpSocket": {"host": "127.0.0.1"}}})
		count(rs) == 1
	}
}

test_pass if {
	every c in [{}, {"livenessProbe": {"httpGet": {"port": 80}}}, {"livenessProbe": {"httpGet": {"host": ""}}}, {"livenessProbe": "x"}] {
		rs := host_probes.deny with input as fixture.container(c)
		count(rs) == 0
	}
}
