package seawall.checks.webhook_fails_open_test

import data.seawall.checks.webhook_fails_open

config(hook) := {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "webhooks": [hook]}

test_fail if {
	rs := webhook_fails_open.deny with input as config({"name": "a.b.c", "failurePolicy": "Ignore"})
	{[r.msg, r.path] | some r in rs} == {[`Webhook "a.b.c" is skipped when it does not answer`, ["webhooks", 0, "failurePolicy"]]}
}

test_pass if {
	every hook in [{}, {"failurePolicy": "Fail"}, 1] {
		rs := webhook_fails_open.deny with input as config(hook)
		count(rs) == 0
	}
}
