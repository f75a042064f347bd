package seawall.checks.pod_without_policy_test

import data.seawall.checks.pod_without_policy

pod(labels) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop", "labels": labels}, "spec": {"containers": []}}

inventory(labels, selectors) := {"cluster": {}, "namespace": {"shop": {
	"v1": {"Pod": {"a": pod(labels)}},
	"networking.k8s.io/v1": {"NetworkPolicy": {sprintf("p%d", [i]): {"spec": {"podSelector": s}} | some i, s in selectors}},
}}}

test_fail if {
	rs := pod_without_policy.deny with data.inventory as inventory({"app": "a"}, [{"matchLabels": {"app": "b"}}])
	rs == {{
		"msg": "No NetworkPolicy chooses these pods: every pod of the cluster can connect to them",
		"path": [],
		"object": pod({"app": "a"}),
		"expected": "a NetworkPolicy of the namespace that selects the pods",
	}}
}

test_expressions if {
	every e in [
		{"key": "app", "operator": "In", "values": ["b"]},
		{"key": "app", "operator": "NotIn", "values": ["a"]},
		{"key": "app", "operator": "DoesNotExist"},
		{"key": "zone", "operator": "Exists"},
	] {
		rs := pod_without_policy.deny with data.inventory as inventory({"app": "a"}, [{"matchExpressions": [e]}])
		count(rs) == 1
	}
}

test_pass if {
	every s in [
		{},
		null,
		{"matchLabels": {"app": "a"}},
		{"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]},
		{"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["b"]}]},
		{"matchExpressions": [{"key": "app", "operator": "Exists"}, {"key": "zone", "operator": "DoesNotExist"}]},
	] {
		rs := pod_without_policy.deny with data.inventory as inventory({"app": "a"}, [s])
		count(rs) == 0
	}
}

test_pods_of_controllers_and_host_pods_are_left_out if {
	every patch in [{"metadata": {"ownerReferences": [{"kind": "ReplicaSet"}]}}, {"spec": {"hostNetwork": true}}] {
		rs := pod_without_policy.deny with data.inventory as {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": {"a": object.union(pod({}), patch)}}}}}
		count(rs) == 0
	}
}
