package seawall.checks.duplicate_env_test

import data.seawall.checks.duplicate_env
import data.seawall.lib.fixture

test_fail if {
	rs := duplicate_env.deny with input as fixture.container({"env": [{"name": "A"}, {"name": "B"}, {"name": "A"}]})
	rs == {{"msg": `Variable "A" of container "c" is set more than once`, "path": ["spec", "containers", 0, "env", 2], "container": "c"}}
}

test_pass if {
	every env in [[], [{"name": "A"}, {"name": "B"}], "x", null] {
		rs := duplicate_env.deny with input as fixture.container({"env": env})
		count(rs) == 0
	}
}
