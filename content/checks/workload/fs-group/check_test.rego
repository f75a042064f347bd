package seawall.checks.fs_group_test

import data.seawall.checks.fs_group
import data.seawall.lib.fixture

denies(group, allowed) := rs if {
	rs := fs_group.deny with input as fixture.pod({"securityContext": {"fsGroup": group}}) with data.config as {"fs_groups": allowed}
}

test_fail if {
	{r.path | some r in denies(5, [10001, 10002])} == {["spec", "securityContext", "fsGroup"]}
}

test_pass if {
	count(denies(10002, [10001, 10002])) == 0
	count(denies(10001, 10001)) == 0
	count(fs_group.deny) == 0 with input as fixture.pod({"securityContext": {"fsGroup": 5}})
}
