package seawall.checks.storage_claim_test

import data.seawall.checks.storage_claim

set(claim) := {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"}, "spec": {"volumeClaimTemplates": [claim]}}

test_fail if {
	rs := storage_claim.deny with input as set({"metadata": {"name": "data"}, "spec": {}})
	{[r.msg, r.path[4]] | some r in rs} == {[`Claim "data" asks for no amount of storage`, "resources"], [`Claim "data" has no access mode`, "accessModes"]}
}

test_pass if {
	rs := storage_claim.deny with input as set({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
	count(rs) == 0
	qs := storage_claim.deny with input as {"kind": "StatefulSet", "spec": {"volumeClaimTemplates": "x"}}
	count(qs) == 0
}
