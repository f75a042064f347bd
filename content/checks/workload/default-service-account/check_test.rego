package seawall.checks.default_service_account_test

import data.seawall.checks.default_service_account
import data.seawall.lib.fixture

test_unset if {
	rs := default_service_account.deny with input as fixture.deployment({"containers": []})
	rs == {{
		"msg": "The pod runs as the service account that all pods of the namespace share",
		"path": ["spec", "template", "spec", "serviceAccountName"],
		"expected": "a service account made for this workload",
	}}
}

test_named_default if {
	every spec in [{"serviceAccountName": "default"}, {"serviceAccountName": ""}, {"serviceAccount": "default"}] {
		rs := default_service_account.deny with input as fixture.pod(spec)
		count(rs) == 1
	}
}

test_pass if {
	every spec in [{"serviceAccountName": "app"}, {"serviceAccount": "app"}, {"automountServiceAccountToken": false}] {
		rs := default_service_account.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
