package seawall.checks.host_path_test

import data.seawall.checks.host_path
import data.seawall.lib.fixture

test_fail if {
	rs := host_path.deny with input as fixture.deployment({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/srv"}}]})
	rs == {{
		"msg": `Volume "b" is the directory "/srv" of the node`,
		"path": ["spec", "template", "spec", "volumes", 1, "hostPath"],
		"value": {"path": "/srv"},
		"expected": "a volume of the cluster",
	}}
}

test_pass if {
	every volumes in [[], [{"name": "a", "emptyDir": {}}], [{"hostPath": null}], "x", [3]] {
		rs := host_path.deny with input as fixture.pod({"volumes": volumes})
		count(rs) == 0
	}
}
