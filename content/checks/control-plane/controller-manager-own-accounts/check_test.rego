package seawall.checks.controller_manager_own_accounts_test

import data.seawall.checks.controller_manager_own_accounts
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-controller-manager", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-controller-manager"], flags)}]},
}

test_fail if {
	every flags in [[], ["--use-service-account-credentials=false"]] {
		rs := controller_manager_own_accounts.deny with input as process(flags)
		{r.msg | some r in rs} == {"Controllers do not use service accounts of their own"}
	}
}

test_pass if {
	every flags in [["--use-service-account-credentials=true"]] {
		rs := controller_manager_own_accounts.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := controller_manager_own_accounts.deny with input as pod
		count(rs) == 0
	}
}
