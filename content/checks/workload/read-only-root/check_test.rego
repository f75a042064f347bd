package seawall.checks.read_only_root_test

import data.seawall.checks.read_only_root
import data.seawall.lib.fixture

test_fail if {
	rs := read_only_root.deny with input as fixture.container({"securityContext": {"readOnlyRootFilesystem": false}})
	rs == {{
		"msg": `Container "c" can write to its root file system`,
		"path": ["spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"],
		"container": "c",
		"value": false,
		"expected": "true",
	}}
}

test_unset_init_ephemeral if {
	every field in ["initContainers", "ephemeralContainers"] {
		rs := read_only_root.deny with input as fixture.pod({field: [{"name": "x"}]})
		count(rs) == 1
	}
}

test_pass if {
	rs := read_only_root.deny with input as fixture.container({"securityContext": {"readOnlyRootFilesystem": true}})
	count(rs) == 0
	ws := read_only_root.deny with input as fixture.windows({"containers": [{"name": "c"}]})
	count(ws) == 0
}
