package seawall.checks.host_pid_test

import data.seawall.checks.host_pid
import data.seawall.lib.fixture

test_fail if {
	rs := host_pid.deny with input as fixture.cronjob({"hostPID": true})
	path := ["spec", "jobTemplate", "spec", "template", "spec", "hostPID"]
	rs == {{
		"msg": "The pod sees all processes of the node",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}}
}

test_in_a_custom_resource if {
	rs := host_pid.deny with input as fixture.jobset({"hostPID": true, "containers": [{"name": "c", "image": "c"}]})
	count(rs) == 1
}

test_pass if {
	every spec in [{}, {"hostPID": false}, {"hostPID": "true"}, {"hostPID": null}] {
		rs := host_pid.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
