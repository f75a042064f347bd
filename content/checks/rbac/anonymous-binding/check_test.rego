package seawall.checks.anonymous_binding_test

import data.seawall.checks.anonymous_binding
import data.seawall.lib.fixture

test_fail if {
	rs := anonymous_binding.deny with input as fixture.binding("view", [{"kind": "User", "name": "a"}, {"kind": "User", "name": "system:anonymous"}])
	rs == {{
		"msg": `User "system:anonymous", whoever did not sign in, has role "view"`,
		"path": ["subjects", 1],
		"value": {"kind": "User", "name": "system:anonymous"},
	}}
}

test_group if {
	rs := anonymous_binding.deny with input as fixture.binding("view", [{"kind": "Group", "name": "system:unauthenticated"}])
	count(rs) == 1
}

test_pass if {
	every subjects in [[], null, [{"kind": "User", "name": "system:unauthenticated"}], [{"kind": "Group", "name": "system:anonymous"}], [1]] {
		rs := anonymous_binding.deny with input as fixture.binding("view", subjects)
		count(rs) == 0
	}
}

test_built_in if {
	rs := anonymous_binding.deny with input as object.union(
		fixture.binding("system:public-info-viewer", [{"kind": "Group", "name": "system:unauthenticated"}]),
		{"metadata": {"name": "system:public-info-viewer"}},
	)
	count(rs) == 0
}
