package seawall.checks.proc_mount_test

import data.seawall.checks.proc_mount
import data.seawall.lib.fixture

test_fail if {
	rs := proc_mount.deny with input as fixture.container({"securityContext": {"procMount": "Unmasked"}})
	path := ["spec", "containers", 0, "securityContext", "procMount"]
	rs == {{
		"msg": `Container "c" sees all of /proc`,
		"path": path,
		"container": "c",
		"value": "Unmasked",
		"expected": "Default",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "securityContext": {"procMount": "Default"}}]},
		{"hostUsers": false, "containers": [{"name": "c", "securityContext": {"procMount": "Unmasked"}}]},
		{"containers": [{"name": "c"}]},
	] {
		rs := proc_mount.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
