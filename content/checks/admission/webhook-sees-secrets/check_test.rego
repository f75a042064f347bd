package seawall.checks.webhook_sees_secrets_test

import data.seawall.checks.webhook_sees_secrets

config(rule) := {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "webhooks": [{"name": "h", "rules": [rule]}]}

test_fail if {
	every rule in [{"apiGroups": ["*"], "resources": ["*"]}, {"apiGroups": [""], "resources": ["pods", "secrets"]}] {
		rs := webhook_sees_secrets.deny with input as config(rule)
		{r.path | some r in rs} == {["webhooks", 0, "rules", 0, "resources"]}
	}
}

test_pass if {
	every rule in [{"apiGroups": [""], "resources": ["pods"]}, {"apiGroups": ["apps"], "resources": ["*"]}, {}] {
		rs := webhook_sees_secrets.deny with input as config(rule)
		count(rs) == 0
	}
}
