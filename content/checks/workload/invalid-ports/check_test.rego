package seawall.checks.invalid_ports_test

import data.seawall.checks.invalid_ports
import data.seawall.lib.fixture

test_names if {
	every name in ["HTTP", "a-very-long-port-name", "80", "a--b", "-a", ""] {
		rs := invalid_ports.deny with input as fixture.container({"ports": [{"name": name, "containerPort": 80}]})
		{r.path | some r in rs} == {["spec", "containers", 0, "ports", 0, "name"]}
	}
}

test_numbers if {
	every n in [0, 70000, "80"] {
		rs := invalid_ports.deny with input as fixture.container({"ports": [{"containerPort": n}]})
		{r.value | some r in rs} == {n}
	}
}

test_pass if {
	rs := invalid_ports.deny with input as fixture.container({"ports": [{"name": "http-2", "containerPort": 8080}, {"containerPort": 1}]})
	count(rs) == 0
}
