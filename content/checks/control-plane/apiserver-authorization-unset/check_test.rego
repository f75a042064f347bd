package seawall.checks.apiserver_authorization_unset_test

import data.seawall.checks.apiserver_authorization_unset
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [[]] {
		rs := apiserver_authorization_unset.deny with input as process(flags)
		{r.msg | some r in rs} == {"Nothing decides who may do what"}
	}
}

test_pass if {
	every flags in [["--authorization-mode=RBAC"], ["--authorization-config=/x"]] {
		rs := apiserver_authorization_unset.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_authorization_unset.deny with input as pod
		count(rs) == 0
	}
}
