package seawall.checks.long_lived_token_test

import data.seawall.checks.long_lived_token

test_fail if {
	rs := long_lived_token.deny with input as {
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
		"metadata": {"name": "s", "annotations": {"kubernetes.io/service-account.name": "ci"}},
	}
	rs == {{
		"msg": `The secret holds a token of service account "ci" that does not expire`,
		"path": ["type"],
		"value": "kubernetes.io/service-account-token",
		"expected": "a short-lived token from the TokenRequest API",
	}}
}

test_pass if {
	every type in ["Opaque", "", 1, "kubernetes.io/tls"] {
		rs := long_lived_token.deny with input as {"apiVersion": "v1", "kind": "Secret", "type": type, "metadata": null}
		count(rs) == 0
	}
}
