package seawall.checks.storage_class_test

import data.seawall.checks.storage_class

denies(o) := rs if rs := storage_class.deny with input as o with data.config as {"storage_classes": ["encrypted"]}

test_fail if {
	{r.path | some r in denies({"kind": "PersistentVolumeClaim", "spec": {}})} == {["spec", "storageClassName"]}
	set := {"kind": "StatefulSet", "spec": {"volumeClaimTemplates": [{"spec": {"storageClassName": "fast"}}]}}
	{r.path | some r in denies(set)} == {["spec", "volumeClaimTemplates", 0, "spec", "storageClassName"]}
}

test_pass if {
	count(denies({"kind": "PersistentVolumeClaim", "spec": {"storageClassName": "encrypted"}})) == 0
	count(storage_class.deny) == 0 with input as {"kind": "PersistentVolumeClaim", "spec": {}}
}
