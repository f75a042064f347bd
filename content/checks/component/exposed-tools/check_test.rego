package seawall.checks.exposed_tools_test

import data.seawall.checks.exposed_tools
import data.seawall.lib.fixture

test_fail if {
	every ref in ["tsl0922/ttyd:latest", "portainer/portainer-ce", "adminer", "weaveworks/scope:1.13"] {
		rs := exposed_tools.deny with input as fixture.container({"image": ref})
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "image"], ref]}
	}
}

test_pass if {
	every ref in ["nginx", "library/postgres:16"] {
		rs := exposed_tools.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
