package seawall.checks.secret_in_env_test

import data.seawall.checks.secret_in_env
import data.seawall.lib.fixture

names(env) := {split(r.msg, `"`)[1] | some r in results} if results := secret_in_env.deny with input as fixture.container({"env": env})

test_fail if {
	bad := {"PASSWORD", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "api-key", "github.token", "MYSQL_ROOT_PASSWORD"}
	names([{"name": n, "value": "hunter22"} | some n in bad]) == bad
}

test_value_is_never_shown if {
	rs := secret_in_env.deny with input as fixture.container({"env": [{"name": "PASSWORD", "value": "hunter22"}]})
	rs == {{
		"msg": `Environment variable "PASSWORD" of container "c" holds a secret in plain text`,
		"path": ["spec", "containers", 0, "env", 0, "value"],
		"container": "c",
		"value": "(redacted)",
		"expected": "valueFrom.secretKeyRef",
	}}
}

test_pass if {
	names([
		{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
		{"name": "PASSWORD_FILE", "value": "/run/secrets/x"},
		{"name": "TOKEN", "value": "/var/run/token"},
		{"name": "TOKEN", "value": "$(OTHER)"},
		{"name": "DB_PASSWORD", "value": ""},
		{"name": "USE_TOKEN", "value": "true"},
		{"name": "SECRET", "value": 12345},
		{"name": "MONKEY", "value": "banana"},
		"junk",
	]) == set()
	names({}) == set()
}
