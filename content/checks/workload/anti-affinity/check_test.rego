package seawall.checks.anti_affinity_test

import data.seawall.checks.anti_affinity
import data.seawall.lib.fixture

replicas(n, spec) := object.union(fixture.deployment(spec), {"spec": {"replicas": n}})

test_fail if {
	rs := anti_affinity.deny with input as replicas(3, {"containers": []})
	rs == {{
		"msg": "3 replicas may be placed on one node",
		"path": ["spec", "template", "spec", "topologySpreadConstraints"],
		"expected": "topologySpreadConstraints or podAntiAffinity",
	}}
}

test_pass if {
	a := anti_affinity.deny with input as replicas(1, {})
	count(a) == 0
	b := anti_affinity.deny with input as replicas(3, {"topologySpreadConstraints": [{"maxSkew": 1}]})
	count(b) == 0
	c := anti_affinity.deny with input as replicas(3, {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{}]}}})
	count(c) == 0
}
