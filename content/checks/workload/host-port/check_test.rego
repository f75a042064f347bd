package seawall.checks.host_port_test

import data.seawall.checks.host_port
import data.seawall.lib.fixture

test_fail if {
	rs := host_port.deny with input as fixture.container({"ports": [{"containerPort": 80}, {"containerPort": 80, "hostPort": 8080}]})
	path := ["spec", "containers", 0, "ports", 1, "hostPort"]
	rs == {{
		"msg": `Container "c" listens on port 8080 of the node`,
		"path": path,
		"container": "c",
		"value": 8080,
		"expected": "no hostPort",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_init_and_ephemeral if {
	every field in ["initContainers", "ephemeralContainers"] {
		rs := host_port.deny with input as fixture.pod({field: [{"name": "x", "ports": [{"hostPort": 1}]}]})
		count(rs) == 1
	}
}

test_pass if {
	every ports in [[], [{"containerPort": 80}], [{"hostPort": 0}], null, [1], [{"hostPort": "80"}]] {
		rs := host_port.deny with input as fixture.container({"ports": ports})
		count(rs) == 0
	}
}
