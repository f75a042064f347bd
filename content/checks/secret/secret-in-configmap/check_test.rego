package seawall.checks.secret_in_configmap_test

import data.seawall.checks.secret_in_configmap

config(entries) := {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": entries}

test_by_name if {
	rs := secret_in_configmap.deny with input as config({"DB_PASSWORD": "hunter2-hunter2", "LEVEL": "debug"})
	rs == {{"msg": `Key "DB_PASSWORD" holds a secret by its name`, "path": ["data", "DB_PASSWORD"], "value": "(redacted)", "expected": "a Secret"}}
}

test_by_content if {
	every v in [
		"x\n-----BEGIN RSA PRIVATE KEY-----\n",
		concat("", ["AKIA", "ABCDEFGHIJKLMNOP"]),
		"url: postgres://shop:hunter22@db:5432/x",
		"a: b\n  password: hunter22\n",
		`{"api_key": "abcdef123456"}`,
	] {
		rs := secret_in_configmap.deny with input as config({"file": v})
		count(rs) == 1
	}
}

test_pass if {
	every v in ["password: ${DB_PASSWORD}", "password_file: /run/secrets/x", "password: true", "postgres://db/x", "https://example.org/a:b@c", ""] {
		rs := secret_in_configmap.deny with input as config({"file": v})
		count(rs) == 0
	}
	a := secret_in_configmap.deny with input as config({"DB_PASSWORD": ""})
	count(a) == 0
	b := secret_in_configmap.deny with input as {"kind": "ConfigMap", "data": null}
	count(b) == 0
}
