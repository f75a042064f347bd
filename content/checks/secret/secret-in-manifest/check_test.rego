package seawall.checks.secret_in_manifest_test

import data.seawall.checks.secret_in_manifest

secret(fields) := object.union({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}, fields)

test_fail if {
	rs := secret_in_manifest.deny with input as secret({"data": {"b": "aHVudGVyMg==", "a": "eA==", "empty": ""}})
	rs == {{
		"msg": "The values of a, b stand in the manifest",
		"path": ["data"],
		"value": "(redacted)",
		"expected": "a reference to a secret store",
	}}
}

test_pass if {
	every f in [{}, {"data": {}}, {"data": {"a": ""}}, {"stringData": {"a": "${A}", "b": "changeme"}}, {"data": {"a": "eA=="}, "sops": {"mac": "x"}}, {"metadata": {"uid": "1"}, "data": {"a": "eA=="}}] {
		rs := secret_in_manifest.deny with input as secret(f)
		count(rs) == 0
	}
}

bootstrap(fields) := object.union(secret({"type": "bootstrap.kubernetes.io/token"}), fields)

test_documented_bootstrap_tokens_are_none if {
	every f in [
		{"stringData": {
			"description": "The default bootstrap token", "token-id": "07401b", "token-secret": "f395accd246ae52d",
			"expiration": "2017-03-10T03:22:11Z", "usage-bootstrap-authentication": "true",
			"auth-extra-groups": "system:bootstrappers:worker,system:bootstrappers:ingress",
		}},
		{"data": {"token-id": "MDc0MDFi", "token-secret": "ZjM5NWFjY2QyNDZhZTUyZA=="}},
	] {
		rs := secret_in_manifest.deny with input as bootstrap(f)
		count(rs) == 0
	}
}

test_other_bootstrap_tokens if {
	rs := secret_in_manifest.deny with input as bootstrap({"stringData": {"token-id": "zk3f9a", "token-secret": "8dk2lq0x7vbn4m1p", "usage-bootstrap-signing": "true"}})
	{r.msg | some r in rs} == {"The values of token-id, token-secret stand in the manifest"}
	count(secret_in_manifest.deny) == 1 with input as secret({"stringData": {"token-secret": "f395accd246ae52d"}})
	count(secret_in_manifest.deny) == 1 with input as bootstrap({"data": {"token-secret": "%%%"}})
}

# The key says what is no secret, not the value: neither the description's text nor a group's name makes a token one.
test_bootstrap_tokens_are_told_by_key if {
	token := "8dk2lq0x7vbn4m1p"
	every c in [
		{"s": {"description": token, "token-secret": token}, "keys": "token-secret"},
		{"s": {"token-secret": "system:masters"}, "keys": "token-secret"},
		{"s": {"token-secret": "true", "token-id": "2017-03-10T03:22:11Z"}, "keys": "token-id, token-secret"},
		{"s": {"token-id": "f395accd246ae52d", "token-secret": "abcdef"}, "keys": "token-id, token-secret"},
		{"s": {"password": "0123456789abcdef", "usage": "x", "descriptions": "x"}, "keys": "descriptions, password, usage"},
	] {
		rs := secret_in_manifest.deny with input as bootstrap({"stringData": c.s})
		{r.msg | some r in rs} == {sprintf("The values of %s stand in the manifest", [c.keys])}
	}
	count(secret_in_manifest.deny) == 0 with input as bootstrap({"stringData": {
		"description": "anything", "expiration": "soon", "auth-extra-groups": "x", "usage-bootstrap-signing": "yes",
	}})
}
