package seawall.checks.ephemeral_storage_test

import data.seawall.checks.ephemeral_storage
import data.seawall.lib.fixture

test_fail if {
	rs := ephemeral_storage.deny with input as fixture.deployment({"containers": [{"name": "c", "resources": {"limits": {"other": 1}}}]})
	rs == {{
		"msg": `Container "c" has no limit for disk space`,
		"path": ["spec", "template", "spec", "containers", 0, "resources", "limits", "ephemeral-storage"],
		"container": "c",
		"expected": "resources.limits.ephemeral-storage",
	}}
}

test_init_but_not_ephemeral if {
	rs := ephemeral_storage.deny with input as fixture.pod({"initContainers": [{"name": "i"}], "ephemeralContainers": [{"name": "e"}]})
	{r.container | some r in rs} == {"i"}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c", "resources": {"limits": {"ephemeral-storage": "1"}}}]},
		{"resources": {"limits": {"ephemeral-storage": "1"}}, "containers": [{"name": "c"}]},
		{"containers": "x"},
	] {
		rs := ephemeral_storage.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
