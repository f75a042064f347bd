package seawall.checks.webhook_outside_test

import data.seawall.checks.webhook_outside

config(client) := {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "webhooks": [{"clientConfig": client}]}

test_fail if {
	rs := webhook_outside.deny with input as config({"url": "https://hook.example.org/x"})
	{[r.msg, r.path] | some r in rs} == {["Objects are sent to https://hook.example.org/x", ["webhooks", 0, "clientConfig", "url"]]}
}

test_pass if {
	every c in [{"service": {"name": "x"}}, {}, null] {
		rs := webhook_outside.deny with input as config(c)
		count(rs) == 0
	}
}
