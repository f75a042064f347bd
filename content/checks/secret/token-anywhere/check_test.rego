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
