package seawall.checks.shared_service_account_test

import data.seawall.checks.shared_service_account
import data.seawall.lib.fixture

app(name) := object.union(fixture.pod({"serviceAccountName": "app"}), {"metadata": {"name": name, "namespace": "shop"}})

inventory(pods) := {"cluster": {}, "namespace": {"shop": {"v1": {"Pod": pods}}}}

test_fail if {
	rs := shared_service_account.deny with data.inventory as inventory({"a": app("a"), "b": app("b")})
	{[r.object.metadata.name, r.msg] | some r in rs} == {
		["a", `Service account "app" is shared with Pod/b`],
		["b", `Service account "app" is shared with Pod/a`],
	}
}

test_more if {
	rs := shared_service_account.deny with data.inventory as inventory({"a": app("a"), "b": app("b"), "c": app("c")})
	`Service account "app" is shared with Pod/a and 1 more` in {r.msg | some r in rs}
}

test_pass if {
	count(shared_service_account.deny) == 0 with data.inventory as inventory({"a": app("a")})
	count(shared_service_account.deny) == 0 with data.inventory as inventory({"a": fixture.pod({}), "b": fixture.pod({})})
	owned := object.union(app("b"), {"metadata": {"ownerReferences": [{"kind": "ReplicaSet"}]}})
	count(shared_service_account.deny) == 0 with data.inventory as inventory({"a": app("a"), "b": owned})
}
