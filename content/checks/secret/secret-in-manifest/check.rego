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
	filled := [key | some key, value in values; is_string(value); not placeholder(value); not documented(key, value)]
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

# The bootstrap tokens of Kubernetes' own documentation (07401b.f395accd246ae52d, abcdef.0123456789abcdef) in their two parts, and
# the keys beside a token that are none.
documented(key, _) if {
	input.type == "bootstrap.kubernetes.io/token"
	regex.match(`^(?:description|expiration|auth-extra-groups|usage-.*)$`, key)
}

documented("token-id", v) if documented_part(v, {"07401b", "abcdef"})

documented("token-secret", v) if documented_part(v, {"f395accd246ae52d", "0123456789abcdef"})

documented_part(v, parts) if {
	input.type == "bootstrap.kubernetes.io/token"
	trim_space(plain(v)) in parts
}

plain(v) := v if not v in {x | some x in input.data}

plain(v) := base64.decode(v) if v in {x | some x in input.data}
