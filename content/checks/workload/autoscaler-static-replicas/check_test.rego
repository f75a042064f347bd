package seawall.checks.autoscaler_static_replicas_test

import data.seawall.checks.autoscaler_static_replicas

hpa := {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}

inventory(object) := {"cluster": {}, "namespace": {"shop": {"autoscaling/v2": {"HorizontalPodAutoscaler": {"h": hpa}}, "apps/v1": {"Deployment": {"web": object}}}}}

test_fail if {
	rs := autoscaler_static_replicas.deny with data.inventory as inventory({"spec": {"replicas": 3}})
	{[r.msg, r.value] | some r in rs} == {[`HorizontalPodAutoscaler "h" scales the workload too`, 3]}
}

test_pass if {
	every o in [{"spec": {}}, {"metadata": {"uid": "x"}, "spec": {"replicas": 3}}] {
		rs := autoscaler_static_replicas.deny with data.inventory as inventory(o)
		count(rs) == 0
	}
}
