package seawall.checks.etcd_cert_test

import data.seawall.checks.etcd_cert
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "etcd", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["etcd"], flags)}]},
}

test_fail if {
	every flags in [[], ["--other=1"]] {
		rs := etcd_cert.deny with input as process(flags)
		{r.msg | some r in rs} == {"Clients reach etcd without TLS"}
	}
}

test_pass if {
	every flags in [["--cert-file=/etc/kubernetes/x"], ["--cert-file", "/etc/kubernetes/x"]] {
		rs := etcd_cert.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := etcd_cert.deny with input as pod
		count(rs) == 0
	}
}
