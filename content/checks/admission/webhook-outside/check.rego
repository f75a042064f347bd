# METADATA
# scope: package
# title: Admission webhook is outside the cluster
# description: >-
#   Every object of the kinds it asks for, secrets too, is sent to this address; whoever owns it or its name sees
#   them and, when mutating, changes them.
# related_resources:
# - https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
# custom:
#   id: SW-ADM-002
#   severity: high
#   category: admission
#   remediation: >-
#     Use clientConfig.service, or make sure that the address is yours and its certificate is pinned by caBundle.
#   frameworks:
#     owasp-k8s: [K04]
#   covers: [adm-webhooks-list]
#   input: {kinds: [ValidatingWebhookConfiguration, MutatingWebhookConfiguration]}
package seawall.checks.webhook_outside

deny contains r if {
	some i, hook in input.webhooks
	url := hook.clientConfig.url
	is_string(url)
	r := {
		"msg": sprintf("Objects are sent to %s", [url]),
		"path": ["webhooks", i, "clientConfig", "url"],
		"value": url,
		"expected": "clientConfig.service",
	}
}
