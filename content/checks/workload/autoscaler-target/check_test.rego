package seawall.checks.autoscaler_target_test

import data.seawall.checks.autoscaler_target

hpa(name) := {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": name}}}

inventory(name, deployments) := {"cluster": {}, "namespace": {"shop": {"autoscaling/v2": {"HorizontalPodAutoscaler": {"h": hpa(name)}}, "apps/v1": {"Deployment": deployments}}}}

test_fail if {
	rs := autoscaler_target.deny with data.inventory as inventory("gone", {"web": {}})
	rs == {{"msg": `Deployment "gone" does not exist in namespace "shop"`, "path": ["spec", "scaleTargetRef", "name"], "value": "gone", "object": hpa("gone")}}
}

test_pass if {
	count(autoscaler_target.deny) == 0 with data.inventory as inventory("web", {"web": {}})
	count(autoscaler_target.deny) == 0 with data.inventory as inventory("gone", {})
}
