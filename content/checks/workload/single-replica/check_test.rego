package seawall.checks.single_replica_test

import data.seawall.checks.single_replica

deployment(spec) := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "shop"}, "spec": object.union({"template": {"spec": {"containers": []}}}, spec)}

inventory(d, hpas) := {"cluster": {}, "namespace": {"shop": {"apps/v1": {"Deployment": {"d": d}}, "autoscaling/v2": {"HorizontalPodAutoscaler": hpas}}}}

test_fail if {
	every spec in [{}, {"replicas": 1}] {
		rs := single_replica.deny with data.inventory as inventory(deployment(spec), {})
		{r.path | some r in rs} == {["spec", "replicas"]}
	}
}

test_pass if {
	every replicas in [2, 0] {
		rs := single_replica.deny with data.inventory as inventory(deployment({"replicas": replicas}), {})
		count(rs) == 0
	}
	hpa := {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "d"}}}
	count(single_replica.deny) == 0 with data.inventory as inventory(deployment({}), {"h": hpa})
}
