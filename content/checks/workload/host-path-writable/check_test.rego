package seawall.checks.host_path_writable_test

import data.seawall.checks.host_path_writable
import data.seawall.lib.fixture

spec(mount) := {
	"containers": [{"name": "c", "image": "c", "volumeMounts": [mount]}],
	"volumes": [{"name": "h", "hostPath": {"path": "/srv"}}, {"name": "e", "emptyDir": {}}],
}

test_fail if {
	rs := host_path_writable.deny with input as fixture.pod(spec({"name": "h", "mountPath": "/x"}))
	rs == {{
		"msg": `Container "c" can write to "/srv" of the node`,
		"path": ["spec", "containers", 0, "volumeMounts", 0, "readOnly"],
		"container": "c",
		"value": null,
		"expected": "readOnly: true",
	}}
}

test_pass if {
	every mount in [{"name": "h", "readOnly": true}, {"name": "e"}, {"name": "gone"}, 1] {
		rs := host_path_writable.deny with input as fixture.pod(spec(mount))
		count(rs) == 0
	}
}
