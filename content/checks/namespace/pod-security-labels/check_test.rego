package seawall.checks.pod_security_labels_test

import data.seawall.checks.pod_security_labels

namespace(name, labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

test_fail if {
	rs := pod_security_labels.deny with input as namespace("shop", null)
	rs == {{
		"msg": "The namespace lets in pods of every kind, privileged ones too",
		"path": ["metadata", "labels", "pod-security.kubernetes.io/enforce"],
		"value": "",
		"expected": "baseline or restricted",
	}}
}

test_weak if {
	every level in ["privileged", "strict"] {
		rs := pod_security_labels.deny with input as namespace("shop", {"pod-security.kubernetes.io/enforce": level})
		{r.value | some r in rs} == {level}
	}
}

test_pass if {
	every n in [
		namespace("shop", {"pod-security.kubernetes.io/enforce": "baseline"}),
		namespace("shop", {"pod-security.kubernetes.io/enforce": "restricted"}),
		namespace("kube-system", {}),
	] {
		rs := pod_security_labels.deny with input as n
		count(rs) == 0
	}
}
