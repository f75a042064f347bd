package seawall.checks.psp_root_test

import data.seawall.checks.psp_root

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_root.deny with input as psp({"runAsUser": {"rule": "RunAsAny"}})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have processes of the user root", ["spec", "runAsUser"]]}
}

test_pass if {
	every spec in [{"runAsUser": {"rule": "MustRunAsNonRoot"}}, null, "x"] {
		rs := psp_root.deny with input as psp(spec)
		count(rs) == 0
	}
}
