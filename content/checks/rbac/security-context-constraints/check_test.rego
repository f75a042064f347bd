package seawall.checks.security_context_constraints_test

import data.seawall.checks.security_context_constraints

constraints(fields) := object.union(
	{"apiVersion": "security.openshift.io/v1", "kind": "SecurityContextConstraints", "metadata": {"name": "mine"}},
	fields,
)

test_fail if {
	rs := security_context_constraints.deny with input as constraints({
		"allowPrivilegedContainer": true, "allowHostDirVolumePlugin": true,
		"allowHostPID": false, "allowedCapabilities": ["CHOWN", "*"],
	})
	{r.path | some r in rs} == {["allowPrivilegedContainer"], ["allowHostDirVolumePlugin"], ["allowedCapabilities", 1]}
}

test_pass if {
	every f in [
		{}, {"allowPrivilegedContainer": false, "allowedCapabilities": null}, {"allowedCapabilities": ["NET_BIND_SERVICE"]},
		{"metadata": {"name": "privileged"}, "allowPrivilegedContainer": true},
	] {
		rs := security_context_constraints.deny with input as constraints(f)
		count(rs) == 0
	}
}
