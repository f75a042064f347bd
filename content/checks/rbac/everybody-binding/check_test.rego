package seawall.checks.everybody_binding_test

import data.seawall.checks.everybody_binding
import data.seawall.lib.fixture

test_fail if {
	rs := everybody_binding.deny with input as fixture.binding("edit", [{"kind": "Group", "name": "system:serviceaccounts"}])
	rs == {{
		"msg": `Group "system:serviceaccounts", every service account of the cluster, has role "edit"`,
		"path": ["subjects", 0],
		"value": {"kind": "Group", "name": "system:serviceaccounts"},
	}}
}

test_authenticated if {
	rs := everybody_binding.deny with input as fixture.binding("edit", [{"kind": "Group", "name": "system:authenticated"}])
	count(rs) == 1
}

test_pass if {
	every subject in [{"kind": "User", "name": "system:authenticated"}, {"kind": "Group", "name": "system:serviceaccounts:shop"}, {"kind": "Group"}, 7] {
		rs := everybody_binding.deny with input as fixture.binding("edit", [subject])
		count(rs) == 0
	}
}
