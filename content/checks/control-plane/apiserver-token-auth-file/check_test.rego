package seawall.checks.apiserver_token_auth_file_test

import data.seawall.checks.apiserver_token_auth_file
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--token-auth-file=/x"]] {
		rs := apiserver_token_auth_file.deny with input as process(flags)
		{r.msg | some r in rs} == {"Static tokens are accepted"}
	}
}

test_pass if {
	every flags in [[], ["--other=1"]] {
		rs := apiserver_token_auth_file.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_token_auth_file.deny with input as pod
		count(rs) == 0
	}
}
