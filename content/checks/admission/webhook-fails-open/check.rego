# METADATA
# scope: package
# title: Admission webhook lets everything in when it is down
# description: >-
#   With failurePolicy Ignore an attacker only has to overload or break the webhook: then nothing is checked.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
# custom:
#   id: SW-ADM-001
#   severity: medium
#   category: admission
#   remediation: >-
#     Set failurePolicy: Fail, with a short timeout and excluded namespaces for what the webhook itself needs.
#   frameworks:
#     owasp-k8s: [K04]
#   covers: [adm-webhooks-list]
#   input: {kinds: [ValidatingWebhookConfiguration, MutatingWebhookConfiguration]}
package seawall.checks.webhook_fails_open

deny contains r if {
	input.kind == "ValidatingWebhookConfiguration"
	some i, hook in input.webhooks
	hook.failurePolicy == "Ignore"
	r := {
		"msg": sprintf("Webhook %q is skipped when it does not answer", [object.get(hook, "name", "?")]),
		"path": ["webhooks", i, "failurePolicy"],
		"value": "Ignore",
		"expected": "Fail",
	}
}
