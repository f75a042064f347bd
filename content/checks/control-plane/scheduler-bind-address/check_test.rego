package seawall.checks.scheduler_bind_address_test

import data.seawall.checks.scheduler_bind_address
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-scheduler", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-scheduler"], flags)}]},
}

test_fail if {
	every flags in [[], ["--bind-address=0.0.0.0"]] {
		rs := scheduler_bind_address.deny with input as process(flags)
		{r.msg | some r in rs} == {"The port is open to the network"}
	}
}

test_pass if {
	every flags in [["--bind-address=127.0.0.1"]] {
		rs := scheduler_bind_address.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := scheduler_bind_address.deny with input as pod
		count(rs) == 0
	}
}
