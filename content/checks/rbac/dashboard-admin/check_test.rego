package seawall.checks.dashboard_admin_test

import data.seawall.checks.dashboard_admin
import data.seawall.lib.fixture

test_fail if {
	sa := {"kind": "ServiceAccount", "name": "kubernetes-dashboard", "namespace": "kubernetes-dashboard"}
	rs := dashboard_admin.deny with input as fixture.binding("cluster-admin", [sa])
	rs == {{
		"msg": `Dashboard account "kubernetes-dashboard" has role "cluster-admin"`,
		"path": ["subjects", 0],
		"value": sa,
		"expected": "a role that only reads",
	}}
}

test_pass if {
	every b in [
		fixture.binding("view", [{"kind": "ServiceAccount", "name": "kubernetes-dashboard"}]),
		fixture.binding("cluster-admin", [{"kind": "ServiceAccount", "name": "dashboards2"}, {"kind": "User", "name": "dashboard"}]),
		fixture.binding("cluster-admin", null),
	] {
		rs := dashboard_admin.deny with input as b
		count(rs) == 0
	}
}
