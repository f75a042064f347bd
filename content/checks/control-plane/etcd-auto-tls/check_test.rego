package seawall.checks.etcd_auto_tls_test

import data.seawall.checks.etcd_auto_tls
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "etcd", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["etcd"], flags)}]},
}

test_fail if {
	every flags in [["--auto-tls=true"]] {
		rs := etcd_auto_tls.deny with input as process(flags)
		{r.msg | some r in rs} == {"Self-signed certificates are in use"}
	}
}

test_pass if {
	every flags in [[], ["--auto-tls=false"]] {
		rs := etcd_auto_tls.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := etcd_auto_tls.deny with input as pod
		count(rs) == 0
	}
}
