package seawall.checks.psp_capabilities_test

import data.seawall.checks.psp_capabilities

psp(spec) := {"apiVersion": "policy/v1beta1", "kind": "PodSecurityPolicy", "metadata": {"name": "p"}, "spec": spec}

test_fail if {
	rs := psp_capabilities.deny with input as psp({"requiredDropCapabilities": ["NET_RAW"]})
	{[r.msg, r.path] | some r in rs} == {["Pods under this policy may have all capabilities that the runtime gives", ["spec", "requiredDropCapabilities"]]}
}

test_pass if {
	every spec in [{"requiredDropCapabilities": ["ALL"]}, null, "x"] {
		rs := psp_capabilities.deny with input as psp(spec)
		count(rs) == 0
	}
}
