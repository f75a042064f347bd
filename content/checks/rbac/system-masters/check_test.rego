package seawall.checks.system_masters_test

import data.seawall.checks.system_masters
import data.seawall.lib.fixture

test_fail if {
	rs := system_masters.deny with input as fixture.binding("view", [{"kind": "Group", "name": "system:masters"}])
	rs == {{
		"msg": `Role "view" is bound to the group that may do everything anyway`,
		"path": ["subjects", 0],
		"value": {"kind": "Group", "name": "system:masters"},
		"expected": "a group of your own",
	}}
}

test_pass if {
	rs := system_masters.deny with input as fixture.binding("view", [{"kind": "User", "name": "system:masters"}, {"kind": "Group", "name": "admins"}])
	count(rs) == 0
}

test_built_in if {
	rs := system_masters.deny with input as object.union(
		fixture.binding("cluster-admin", [{"kind": "Group", "name": "system:masters"}]),
		{"metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}},
	)
	count(rs) == 0
}
