package seawall.checks.encryption_providers_test

import data.seawall.checks.encryption_providers

config(resources, providers) := {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [{"resources": resources, "providers": providers}]}

test_fail if {
	rs := encryption_providers.deny with input as config(["secrets"], [{"identity": {}}, {"aescbc": {}}])
	{[r.msg, r.severity] | some r in rs} == {[`secrets are written by provider "identity": it does not encrypt`, "high"]}
	qs := encryption_providers.deny with input as config(["configmaps"], [{"secretbox": {}}])
	{r.msg | some r in qs} == {"No entry is about secrets"}
}

test_pass if {
	every p in [[{"kms": {}}, {"identity": {}}], [{"secretbox": {}}]] {
		rs := encryption_providers.deny with input as config(["secrets"], p)
		count(rs) == 0
	}
	qs := encryption_providers.deny with input as config(["*.*"], [{"secretbox": {}}])
	count(qs) == 0
}
