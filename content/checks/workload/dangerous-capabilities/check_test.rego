package seawall.checks.dangerous_capabilities_test

import data.seawall.checks.dangerous_capabilities
import data.seawall.lib.fixture

adds(caps) := fixture.container({"securityContext": {"capabilities": {"add": caps}}})

test_fail if {
	rs := dangerous_capabilities.deny with input as adds(["CHOWN", "sys_admin"])
	rs == {{
		"msg": `Container "c" has capability SYS_ADMIN: it mounts file systems and changes namespaces`,
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "add", 1],
		"container": "c",
		"value": "sys_admin",
		"expected": "no such capability",
		"severity": "critical",
	}}
}

test_levels if {
	rs := dangerous_capabilities.deny with input as adds(["NET_ADMIN", "CAP_BPF"])
	{r.severity | some r in rs} == {"medium", "high"}
}

test_pass if {
	every caps in [[], ["CHOWN", "IPC_LOCK"], null] {
		rs := dangerous_capabilities.deny with input as adds(caps)
		count(rs) == 0
	}
}
