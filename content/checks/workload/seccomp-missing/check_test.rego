package seawall.checks.seccomp_missing_test

import data.seawall.checks.seccomp_missing
import data.seawall.lib.fixture

test_fail if {
	rs := seccomp_missing.deny with input as fixture.container({})
	rs == {{
		"msg": `Container "c" has no seccomp profile`,
		"path": ["spec", "securityContext", "seccompProfile"],
		"container": "c",
		"expected": "type: RuntimeDefault",
	}}
}

test_pass if {
	every spec in [
		{"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}, "containers": [{"name": "c"}]},
		{"containers": [{"name": "c", "securityContext": {"seccompProfile": {"type": "Localhost"}}}]},
		{"os": {"name": "windows"}, "containers": [{"name": "c"}]},
	] {
		rs := seccomp_missing.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
