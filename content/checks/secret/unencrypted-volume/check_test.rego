package seawall.checks.unencrypted_volume_test

import data.seawall.checks.unencrypted_volume

class(provisioner, parameters) := {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": provisioner, "parameters": parameters}

test_fail if {
	every p in [{}, {"encrypted": "false"}, null] {
		rs := unencrypted_volume.deny with input as class("ebs.csi.aws.com", p)
		{r.path | some r in rs} == {["parameters", "encrypted"]}
	}
}

test_pass if {
	every pair in [["ebs.csi.aws.com", {"encrypted": "true"}], ["ebs.csi.aws.com", {"encrypted": true}], ["pd.csi.storage.gke.io", {}]] {
		rs := unencrypted_volume.deny with input as class(pair[0], pair[1])
		count(rs) == 0
	}
}
