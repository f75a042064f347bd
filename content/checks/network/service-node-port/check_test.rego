package seawall.checks.service_node_port_test

import data.seawall.checks.service_node_port

service(spec) := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}

test_fail if {
	rs := service_node_port.deny with input as service({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}, {"port": 81}]})
	rs == {{"msg": "The service listens on every node (30080)", "path": ["spec", "type"], "value": "NodePort", "expected": "ClusterIP"}}
}

test_no_ports if {
	rs := service_node_port.deny with input as service({"type": "NodePort"})
	{r.msg | some r in rs} == {"The service listens on every node"}
}

test_pass if {
	every spec in [{}, {"type": "ClusterIP"}, {"type": "LoadBalancer"}, null] {
		rs := service_node_port.deny with input as service(spec)
		count(rs) == 0
	}
}
