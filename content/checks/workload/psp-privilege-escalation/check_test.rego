package seawall.checks.psp_privilege_escalation_test

import data.seawall.checks.psp_privilege_escalation

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_privilege_escalation.deny with input as psp({})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have processes that gain rights", ["spec", "allowPrivilegeEscalation"]]}
}

test_pass if {
	every spec in [{"allowPrivilegeEscalation": false}, null, "x"] {
		rs := psp_privilege_escalation.deny with input as psp(spec)
		count(rs) == 0
	}
}
