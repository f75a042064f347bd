package seawall.checks.bare_pod_test

import data.seawall.checks.bare_pod
import data.seawall.lib.fixture

test_fail if {
	rs := bare_pod.deny with input as fixture.pod({})
	rs == {{"msg": "The pod belongs to no controller", "path": ["metadata"], "expected": "a Deployment, StatefulSet, DaemonSet or Job"}}
}

test_pass if {
	every m in [{"ownerReferences": [{"kind": "ReplicaSet"}]}, {"annotations": {"kubernetes.io/config.mirror": "x"}}] {
		rs := bare_pod.deny with input as object.union(fixture.pod({}), {"metadata": m})
		count(rs) == 0
	}
}
