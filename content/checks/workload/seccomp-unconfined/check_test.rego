package seawall.checks.seccomp_unconfined_test

import data.seawall.checks.seccomp_unconfined
import data.seawall.lib.fixture

test_fail if {
	rs := seccomp_unconfined.deny with input as fixture.container({"securityContext": {"seccompProfile": {"type": "Unconfined"}}})
	path := ["spec", "containers", 0, "securityContext", "seccompProfile", "type"]
	rs == {{
		"msg": `Container "c" runs without system call filter`,
		"path": path,
		"container": "c",
		"value": "Unconfined",
		"expected": "RuntimeDefault",
		"fix": [{"op": "replace", "path": path, "value": "RuntimeDefault"}],
	}}
}

test_annotation if {
	rs := seccomp_unconfined.deny with input as object.union(fixture.container({}), {"metadata": {"annotations": {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}}})
	{r.path | some r in rs} == {["metadata", "annotations", "seccomp.security.alpha.kubernetes.io/pod"]}
}

test_pass if {
	every spec in [
		{"containers": [{"name": "c"}]},
		{"securityContext": {"seccompProfile": {"type": "Unconfined"}}, "containers": [{"name": "c", "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}]},
	] {
		rs := seccomp_unconfined.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
