package seawall.checks.host_ipc_test

import data.seawall.checks.host_ipc
import data.seawall.lib.fixture

test_fail if {
	rs := host_ipc.deny with input as fixture.cronjob({"hostIPC": true})
	path := ["spec", "jobTemplate", "spec", "template", "spec", "hostIPC"]
	rs == {{
		"msg": "The pod shares memory with processes of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_in_a_custom_resource if {
	rs := host_ipc.deny with input as fixture.jobset({"hostIPC": true, "containers": [{"name": "c", "image": "c"}]})
	count(rs) == 1
}

test_pass if {
	every spec in [{}, {"hostIPC": false}, {"hostIPC": "true"}, {"hostIPC": null}] {
		rs := host_ipc.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
