package seawall.checks.automount_token_test

import data.seawall.checks.automount_token
import data.seawall.lib.fixture

test_unset if {
	rs := automount_token.deny with input as fixture.deployment({"containers": []})
	rs == {{
		"msg": "The pod gets a token of the Kubernetes API without having asked for one",
		"path": ["spec", "template", "spec", "automountServiceAccountToken"],
		"expected": "automountServiceAccountToken: false",
	}}
}

test_true if {
	rs := automount_token.deny with input as fixture.cronjob({"automountServiceAccountToken": true})
	{r.value | some r in rs} == {true}
}

test_pass if {
	rs := automount_token.deny with input as fixture.pod({"automountServiceAccountToken": false})
	count(rs) == 0
}
