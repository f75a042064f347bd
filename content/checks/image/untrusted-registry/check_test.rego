package seawall.checks.untrusted_registry_test

import data.seawall.checks.untrusted_registry
import data.seawall.lib.fixture

denies(ref, list) := rs if {
	rs := untrusted_registry.deny with input as fixture.container({"image": ref}) with data.config as {"allowed_registries": list}
}

test_fail if {
	rs := denies("nginx", ["registry.example", "quay.io/team/"])
	{[r.msg, r.expected] | some r in rs} == {[`Image "nginx" comes from docker.io, which is not on the list`, "quay.io/team/, registry.example"]}
	count(denies("quay.io/teams/x", ["quay.io/team"])) == 1
}

test_pass if {
	count(denies("registry.example/a/b:1", ["registry.example"])) == 0
	count(denies("quay.io/team/x", ["quay.io/team/"])) == 0
	count(denies("nginx", ["docker.io/library/nginx"])) == 0
}

test_no_list if {
	count(untrusted_registry.deny) == 0 with input as fixture.container({"image": "nginx"})
}
