package seawall.checks.deprecated_service_account_field_test

import data.seawall.checks.deprecated_service_account_field
import data.seawall.lib.fixture

test_fail if {
	rs := deprecated_service_account_field.deny with input as fixture.pod({"serviceAccount": "app"})
	rs == {{
		"msg": `The account "app" is named in a field that most tools do not read`,
		"path": ["spec", "serviceAccount"],
		"value": "app",
		"expected": "serviceAccountName",
		"fix": [
			{"op": "set", "path": ["spec", "serviceAccountName"], "value": "app"},
			{"op": "remove", "path": ["spec", "serviceAccount"]},
		],
	}}
}

test_new_field_wins if {
	rs := deprecated_service_account_field.deny with input as fixture.pod({"serviceAccount": "app", "serviceAccountName": "other"})
	{r.fix[0].value | some r in rs} == {"other"}
}

test_pass if {
	every spec in [{"serviceAccountName": "app"}, {"serviceAccount": "app", "serviceAccountName": "app"}, {"serviceAccount": ""}, {"serviceAccount": 1}] {
		rs := deprecated_service_account_field.deny with input as fixture.pod(spec)
		count(rs) == 0
	}
}
