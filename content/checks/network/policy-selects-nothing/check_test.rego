package seawall.checks.policy_selects_nothing_test

import data.seawall.checks.policy_selects_nothing

policy(selector) := {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "shop"}, "spec": {"podSelector": selector}}

pods := {"a": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "a"}}, "spec": {"containers": []}}}

inventory(selector, ps) := {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": ps}, "networking.k8s.io/v1": {"NetworkPolicy": {"p": policy(selector)}}}}}

test_fail if {
	rs := policy_selects_nothing.deny with data.inventory as inventory({"matchLabels": {"app": "b"}}, pods)
	rs == {{
		"msg": `No workload of namespace "shop" has the labels that the policy selects`,
		"path": ["spec", "podSelector"],
		"value": {"matchLabels": {"app": "b"}},
		"object": policy({"matchLabels": {"app": "b"}}),
	}}
}

test_pass if {
	count(policy_selects_nothing.deny) == 0 with data.inventory as inventory({}, pods)
	count(policy_selects_nothing.deny) == 0 with data.inventory as inventory({"matchLabels": {"app": "a"}}, pods)
	count(policy_selects_nothing.deny) == 0 with data.inventory as inventory({"matchLabels": {"app": "b"}}, {})
	count(policy_selects_nothing.deny) == 0 with data.inventory as inventory(7, pods)
}
