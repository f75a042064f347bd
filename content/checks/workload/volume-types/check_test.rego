package seawall.checks.volume_types_test

import data.seawall.checks.volume_types
import data.seawall.lib.fixture

test_fail if {
	rs := volume_types.deny with input as fixture.pod({"volumes": [{"name": "n", "nfs": {"server": "x"}}, {"name": "e", "emptyDir": {}}]})
	rs == {{
		"msg": `Volume "n" is of type nfs`,
		"path": ["spec", "volumes", 0, "nfs"],
		"value": "nfs",
		"expected": "a volume type of the restricted level",
	}}
}

test_pass if {
	every volume in [{"name": "a", "secret": {}}, {"name": "b", "hostPath": {}}, {"name": "c"}] {
		rs := volume_types.deny with input as fixture.pod({"volumes": [volume]})
		count(rs) == 0
	}
}
