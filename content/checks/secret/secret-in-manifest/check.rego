# METADATA
# scope: package
# title: Secret is kept as plain text in the manifest
# description: >-
#   A Secret in a repository is only base64: everybody who can read the repository can read it, and its history
#   keeps it for ever.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   id: SW-SEC-006
#   severity: medium
#   category: secret
#   remediation: >-
#     Keep secrets in a store (External Secrets, Vault, Sealed Secrets, SOPS) and let the cluster fetch them.
#   frameworks:
#     cis: ["5.4.2"]
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-external-store]
#   input: {kinds: [Secret]}
package seawall.checks.secret_in_manifest

import data.seawall.lib.kube

# Objects that came out of a cluster have a uid: there the contents are where they belong.
deny contains r if {
	not kube.metadata.uid
	not encrypted
	some field in ["data", "stringData"]
	values := input[field]
	filled := [key | some key, value in values; is_string(value); not placeholder(value)]
	count(filled) > 0
	r := {
		"msg": sprintf("The values of %s stand in the manifest", [concat(", ", sort(filled))]),
		"path": [field],
		"value": "(redacted)",
		"expected": "a reference to a secret store",
	}
}

encrypted if input.sops

placeholder(v) if regex.match(`^\s*$|^[$<{]|^(?i:Y2hhbmdlbWU=|cGxhY2Vob2xkZXI=|changeme|placeholder|redacted|xxx+)$`, v)
