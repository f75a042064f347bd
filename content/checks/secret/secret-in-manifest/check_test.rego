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
