package seawall.checks.service_load_balancer_test

import data.seawall.checks.service_load_balancer

service(spec, annotations) := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "annotations": annotations}, "spec": spec}

test_fail if {
	rs := service_load_balancer.deny with input as service({"type": "LoadBalancer"}, {})
	rs == {{
		"msg": "Whoever reaches the load balancer may connect: no source ranges are set",
		"path": ["spec", "loadBalancerSourceRanges"],
		"expected": "the address ranges that need to connect",
	}}
}

test_any_range if {
	rs := service_load_balancer.deny with input as service({"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8", "0.0.0.0/0"]}, null)
	{r.path | some r in rs} == {["spec", "loadBalancerSourceRanges", 1]}
}

test_pass if {
	every pair in [
		[{"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}, {}],
		[{"type": "LoadBalancer"}, {"networking.gke.io/load-balancer-type": "Internal"}],
		[{"type": "LoadBalancer"}, {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}],
		[{"type": "NodePort"}, {}],
		[null, {}],
	] {
		rs := service_load_balancer.deny with input as service(pair[0], pair[1])
		count(rs) == 0
	}
}

test_not_internal if {
	rs := service_load_balancer.deny with input as service({"type": "LoadBalancer"}, {"service.beta.kubernetes.io/azure-load-balancer-internal": "false"})
	count(rs) == 1
}
