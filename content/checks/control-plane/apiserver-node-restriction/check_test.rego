package seawall.checks.apiserver_node_restriction_test

import data.seawall.checks.apiserver_node_restriction
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--enable-admission-plugins=X"]] {
		rs := apiserver_node_restriction.deny with input as process(flags)
		{r.msg | some r in rs} == {"NodeRestriction is off"}
	}
}

test_pass if {
	every flags in [["--enable-admission-plugins=X,NodeRestriction"]] {
		rs := apiserver_node_restriction.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_node_restriction.deny with input as pod
		count(rs) == 0
	}
}
