package seawall.checks.selinux_test

import data.seawall.checks.selinux
import data.seawall.lib.fixture

test_fail if {
	rs := selinux.deny with input as fixture.container({"securityContext": {"seLinuxOptions": {"type": "spc_t", "level": "s0", "user": "", "role": "system_r"}}})
	{[r.path[5], r.value] | some r in rs} == {["type", "spc_t"], ["role", "system_r"]}
}

test_pass if {
	every o in [{}, {"type": "container_t"}, {"level": "s0:c1,c2"}, {"type": "container_engine_t", "user": ""}] {
		rs := selinux.deny with input as fixture.container({"securityContext": {"seLinuxOptions": o}})
		count(rs) == 0
	}
}
