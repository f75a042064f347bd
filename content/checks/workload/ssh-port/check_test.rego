package seawall.checks.ssh_port_test

import data.seawall.checks.ssh_port
import data.seawall.lib.fixture

test_port if {
	rs := ssh_port.deny with input as fixture.container({"ports": [{"containerPort": 80}, {"containerPort": 22}]})
	{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "ports", 1, "containerPort"], 22]}
}

test_command if {
	rs := ssh_port.deny with input as fixture.container({"command": ["/bin/sh", "-c", "service x; /usr/sbin/sshd -D"]})
	{r.path | some r in rs} == {["spec", "containers", 0, "command", 2]}
}

test_pass if {
	every c in [{}, {"ports": [{"containerPort": 2200}]}, {"args": ["sshd_config"]}, {"command": "sshd"}] {
		rs := ssh_port.deny with input as fixture.container(c)
		count(rs) == 0
	}
}
