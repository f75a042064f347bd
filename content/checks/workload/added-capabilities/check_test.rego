package seawall.checks.added_capabilities_test

import data.seawall.checks.added_capabilities
import data.seawall.lib.fixture

adds(caps) := fixture.container({"securityContext": {"capabilities": {"add": caps}}})

test_fail if {
	rs := added_capabilities.deny with input as adds(["CHOWN", "CAP_IPC_LOCK"])
	rs == {{
		"msg": `Container "c" adds capability IPC_LOCK`,
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "add", 1],
		"container": "c",
		"value": "CAP_IPC_LOCK",
		"expected": "only capabilities of the baseline level",
	}}
}

test_pass if {
	every caps in [[], ["CHOWN", "cap_net_bind_service"], ["SYS_ADMIN"], null, [1], {"x": 1}] {
		rs := added_capabilities.deny with input as adds(caps)
		count(rs) == 0
	}
}
