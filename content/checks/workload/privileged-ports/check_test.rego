package seawall.checks.privileged_ports_test

import data.seawall.checks.privileged_ports
import data.seawall.lib.fixture

test_fail if {
	rs := privileged_ports.deny with input as fixture.container({"ports": [{"containerPort": 8080}, {"containerPort": 443}]})
	{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "ports", 1, "containerPort"], 443]}
}

test_pass if {
	every p in [1024, 0, "80", 22] {
		rs := privileged_ports.deny with input as fixture.container({"ports": [{"containerPort": p}]})
		count(rs) == 0
	}
}
