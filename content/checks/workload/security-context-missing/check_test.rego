package seawall.checks.security_context_missing_test

import data.seawall.checks.security_context_missing
import data.seawall.lib.fixture

test_fail if {
	rs := security_context_missing.deny with input as fixture.pod({"securityContext": {}, "containers": [{"name": "c"}], "initContainers": [{"name": "i", "securityContext": {"privileged": false}}]})
	rs == {{"msg": `Neither container "c" nor its pod has a securityContext`, "path": ["spec", "containers", 0, "securityContext"], "container": "c"}}
}

test_pass if {
	rs := security_context_missing.deny with input as fixture.pod({"securityContext": {"fsGroup": 5}, "containers": [{"name": "c"}]})
	count(rs) == 0
}
