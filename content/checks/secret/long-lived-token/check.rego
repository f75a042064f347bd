# METADATA
# scope: package
# title: Secret holds a service account token that never expires
# description: >-
#   Tokens in such secrets are valid until the secret is deleted. One that leaks, in a backup or a log, opens the
#   API for years.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
# custom:
#   id: SW-SA-004
#   severity: medium
#   category: secret
#   remediation: >-
#     Delete the secret and let pods use their short-lived projected tokens; outside callers ask for one with
#     kubectl create token.
#   frameworks:
#     cis: ["5.1.13"]
#     mitre: [T1528]
#     owasp-k8s: [K03, K08]
#   covers: [sa-longlived-secrets]
#   input: {kinds: [Secret]}
package seawall.checks.long_lived_token

import data.seawall.lib.kube

deny contains r if {
	input.type == "kubernetes.io/service-account-token"
	r := {
		"msg": sprintf("The secret holds a token of service account %q that does not expire", [account]),
		"path": ["type"],
		"value": input.type,
		"expected": "a short-lived token from the TokenRequest API",
	}
}

account := object.get(kube.annotations, "kubernetes.io/service-account.name", "?")
