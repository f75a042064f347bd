# METADATA
# scope: package
# title: Encryption at rest does not encrypt
# description: >-
#   The first provider of a resource writes it. With identity first, or only, secrets are stored in plain text
#   though encryption looks configured; aescbc is weak against padding attacks.
# related_resources:
# - https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
# custom:
#   id: SW-CP-070
#   severity: high
#   category: control-plane
#   remediation: >-
#     Put kms (v2), secretbox or aesgcm with rotated keys first, identity last.
#   frameworks:
#     cis: ["1.2.28"]
#     owasp-k8s: [K08]
#   covers: [apiserver-encryption-providers]
#   input: {kinds: [EncryptionConfiguration, EncryptionConfig]}
package seawall.checks.encryption_providers

deny contains r if {
	some i, entry in input.resources
	first := entry.providers[0]
	some name, _ in first
	why := weak[name]
	r := {
		"msg": sprintf("%s are written by provider %q: %s", [concat(", ", [sprintf("%v", [x]) | some x in entry.resources]), name, why.text]),
		"path": ["resources", i, "providers", 0],
		"value": name,
		"expected": "kms, secretbox or aesgcm first",
		"severity": why.severity,
	}
}

deny contains r if {
	count(object.get(input, "resources", [])) > 0
	covered := {x | some x in input.resources[_].resources}
	count(covered & {"secrets", "*.", "*.*"}) == 0
	r := {"msg": "No entry is about secrets", "path": ["resources"], "expected": "an entry for secrets"}
}

weak := {
	"identity": {"text": "it does not encrypt", "severity": "high"},
	"aescbc": {"text": "it is open to padding oracle attacks", "severity": "low"},
}
