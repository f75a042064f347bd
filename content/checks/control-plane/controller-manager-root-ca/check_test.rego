package seawall.checks.controller_manager_root_ca_test

import data.seawall.checks.controller_manager_root_ca
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-controller-manager"], flags)}]},
}

test_fail if {
	every flags in [[], ["--other=1"]] {
		rs := controller_manager_root_ca.deny with input as process(flags)
		{r.msg | some r in rs} == {"No root CA is set"}
	}
}

test_pass if {
	every flags in [["--root-ca-file=/etc/kubernetes/x"], ["--root-ca-file", "/etc/kubernetes/x"]] {
		rs := controller_manager_root_ca.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := controller_manager_root_ca.deny with input as pod
		count(rs) == 0
	}
}
