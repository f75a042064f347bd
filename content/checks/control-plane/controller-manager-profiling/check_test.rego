package seawall.checks.controller_manager_profiling_test

import data.seawall.checks.controller_manager_profiling
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-controller-manager"], flags)}]},
}

test_fail if {
	every flags in [[], ["--profiling=true"]] {
		rs := controller_manager_profiling.deny with input as process(flags)
		{r.msg | some r in rs} == {"Profiling is on"}
	}
}

test_pass if {
	every flags in [["--profiling=false"]] {
		rs := controller_manager_profiling.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := controller_manager_profiling.deny with input as pod
		count(rs) == 0
	}
}
