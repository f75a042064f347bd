package seawall.checks.token_anywhere_test

import data.seawall.checks.token_anywhere

test_fail if {
	every v in [
		concat("", ["AKIA", "ABCDEFGHIJKLMNOP", " and some text"]),
		concat("", ["ghp", "_", "abcdefghijklmnopqrstuvwxyz0123456789"]),
		concat("", ["-----BEGIN ", "PRIVATE KEY-----abc"]),
	] {
		rs := token_anywhere.deny with input as {"kind": "Widget", "spec": {"a": ["x", v]}}
		{r.path | some r in rs} == {["spec", "a", 1]}
	}
}

test_pass if {
	every o in [
		{"kind": "Widget", "spec": {"a": concat("", ["AKIA", "IOSFODNN7EXAMPLE", " is documentation"])}},
		{"kind": "Secret", "data": {"a": concat("", ["AKIA", "ABCDEFGHIJKLMNOP", " text"])}},
		{"kind": "Widget", "spec": 7},
	] {
		rs := token_anywhere.deny with input as o
		count(rs) == 0
	}
}

# The hint must let every pattern's texts through.
test_every_pattern_is_found if {
	key := "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	texts := {
		"an AWS access key": concat("", ["ASIA", "ABCDEFGHIJKLMNOP"]),
		"a GitHub token": concat("", ["github_", "pat_", key]),
		"a GitLab token": concat("", ["glp", "at-", key]),
		"a Slack token": concat("", ["xox", "b-", key]),
		"a Slack webhook": concat("", ["https://hooks.slack", ".com/services/T1/B1/", key]),
		"a Google API key": concat("", ["AI", "za", substring(key, 0, 35)]),
		"a Stripe key": concat("", ["sk_", "live_", key]),
		"an npm token": concat("", ["np", "m_", substring(key, 0, 36)]),
		"a Docker Hub token": concat("", ["dckr_", "pat_", key]),
		"a private key": concat("", ["-----BEGIN RSA ", "PRIVATE KEY-----"]),
		"a signed token (JWT)": concat("", ["ey", "J", key, ".eyJ", key, ".", key]),
		"a Vault token": concat("", ["hv", "s.", key]),
	}
	object.keys(texts) == object.keys(token_anywhere.patterns)
	every what, text in texts {
		rs := token_anywhere.deny with input as {"kind": "Widget", "spec": {"a": text}}
		{r.msg | some r in rs} == {sprintf("The text looks like %s", [what])}
	}
}
