package seawall.checks.missing_service_account_test

import data.seawall.checks.missing_service_account
import data.seawall.lib.fixture

inventory(account, accounts) := {"cluster": {}, "namespace": {"shop": {"v1": {
	"Pod": {"app": fixture.pod({"serviceAccountName": account})},
	"ServiceAccount": accounts,
}}}}

test_fail if {
	rs := missing_service_account.deny with data.inventory as inventory("gone", {"app": {}})
	rs == {{
		"msg": `Service account "gone" does not exist in namespace "shop"`,
		"path": ["spec", "serviceAccountName"],
		"value": "gone",
		"object": fixture.pod({"serviceAccountName": "gone"}),
	}}
}

test_pass if {
	count(missing_service_account.deny) == 0 with data.inventory as inventory("app", {"app": {}})
	count(missing_service_account.deny) == 0 with data.inventory as inventory("default", {"app": {}})
	count(missing_service_account.deny) == 0 with data.inventory as inventory("gone", {})
	count(missing_service_account.deny) == 0 with data.inventory as inventory(1, {"app": {}})
}
