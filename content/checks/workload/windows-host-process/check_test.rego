package seawall.checks.windows_host_process_test

import data.seawall.checks.windows_host_process
import data.seawall.lib.fixture

test_fail if {
	rs := windows_host_process.deny with input as fixture.windows({"securityContext": {"windowsOptions": {"hostProcess": true}}, "containers": [{"name": "c"}]})
	{[r.container, r.path] | some r in rs} == {["c", ["spec", "securityContext", "windowsOptions", "hostProcess"]]}
}

test_pass if {
	every o in [{"hostProcess": false}, {}, {"runAsUserName": "x"}] {
		rs := windows_host_process.deny with input as fixture.windows({"containers": [{"name": "c", "securityContext": {"windowsOptions": o}}]})
		count(rs) == 0
	}
}
