package seawall.checks.apiserver_extend_token_test

import data.seawall.checks.apiserver_extend_token
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [[], ["--service-account-extend-token-expiration=true"]] {
		rs := apiserver_extend_token.deny with input as process(flags)
		{r.msg | some r in rs} == {"Tokens are accepted for a year"}
	}
}

test_pass if {
	every flags in [["--service-account-extend-token-expiration=false"]] {
		rs := apiserver_extend_token.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_extend_token.deny with input as pod
		count(rs) == 0
	}
}
