package seawall.checks.secret_as_env_test

import data.seawall.checks.secret_as_env
import data.seawall.lib.fixture

test_fail if {
	rs := secret_as_env.deny with input as fixture.container({
		"env": [{"name": "A", "value": "x"}, {"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "p"}}}],
		"envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "all"}}],
	})
	{[r.msg, r.path] | some r in rs} == {
		[`Container "c" gets secret "db" as environment variable "P"`, ["spec", "containers", 0, "env", 1, "valueFrom", "secretKeyRef"]],
		[`Container "c" gets all of secret "all" as environment variables`, ["spec", "containers", 0, "envFrom", 1, "secretRef"]],
	}
}

test_pass if {
	every c in [{}, {"env": "x"}, {"env": [{"name": "A", "valueFrom": {"fieldRef": {}}}]}] {
		rs := secret_as_env.deny with input as fixture.container(c)
		count(rs) == 0
	}
}
