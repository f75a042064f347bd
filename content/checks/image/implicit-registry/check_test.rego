package seawall.checks.implicit_registry_test

import data.seawall.checks.implicit_registry
import data.seawall.lib.fixture

test_fail if {
	rs := implicit_registry.deny with input as fixture.container({"image": "nginx:1"})
	{[r.value, r.expected] | some r in rs} == {["nginx:1", "docker.io/library/nginx"]}
}

test_pass if {
	every ref in ["docker.io/nginx", "localhost:5000/x", "registry.example/x", 1] {
		rs := implicit_registry.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
