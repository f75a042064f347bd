package seawall.checks.owner_labels_test

import data.seawall.checks.owner_labels

pod(labels) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": labels}, "spec": {"containers": []}}

test_fail if {
	rs := owner_labels.deny with input as pod({"pod-template-hash": "x"})
	{r.path | some r in rs} == {["metadata", "labels"]}
}

test_pass if {
	a := owner_labels.deny with input as pod({"app.kubernetes.io/name": "shop"})
	count(a) == 0
	b := owner_labels.deny with input as object.union(pod({}), {"metadata": {"ownerReferences": [{}]}})
	count(b) == 0
}
