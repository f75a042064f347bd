package seawall.checks.root_group_test

import data.seawall.checks.root_group
import data.seawall.lib.fixture

test_fail if {
	rs := root_group.deny with input as fixture.pod({
		"securityContext": {"runAsGroup": 0, "supplementalGroups": [5, 0], "fsGroup": 0},
		"containers": [{"name": "a"}, {"name": "b", "securityContext": {"runAsGroup": 20000}}],
	})
	{[r.msg, r.path] | some r in rs} == {
		[`Container "a" runs in group 0`, ["spec", "securityContext", "runAsGroup"]],
		["All containers of the pod are in group 0", ["spec", "securityContext", "supplementalGroups", 1]],
		["Volumes of the pod belong to group 0", ["spec", "securityContext", "fsGroup"]],
	}
}

test_pass if {
	every sc in [{}, {"runAsGroup": 1, "fsGroup": 1, "supplementalGroups": [1]}, "x"] {
		rs := root_group.deny with input as fixture.pod({"securityContext": sc, "containers": [{"name": "a"}]})
		count(rs) == 0
	}
}
