# METADATA
# scope: package
# title: Admission webhook is sent all secrets
# description: >-
#   The webhook receives the contents of every secret that is written.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
# custom:
#   id: SW-ADM-003
#   severity: medium
#   category: admission
#   remediation: >-
#     Leave secrets out of its rules, or trust it like the API server.
#   frameworks:
#     owasp-k8s: [K04]
#   covers: [adm-webhooks-list]
#   input: {kinds: [ValidatingWebhookConfiguration, MutatingWebhookConfiguration]}
package seawall.checks.webhook_sees_secrets

deny contains r if {
	some i, hook in input.webhooks
	some j, rule in hook.rules
	some resource in rule.resources
	resource in {"*", "*/*", "secrets"}
	some group in rule.apiGroups
	group in {"", "*"}
	r := {
		"msg": sprintf("Webhook %q is sent every secret that is written", [object.get(hook, "name", "?")]),
		"path": ["webhooks", i, "rules", j, "resources"],
		"value": rule.resources,
	}
}
