package seawall.checks.etcd_own_ca_test

import data.seawall.checks.etcd_own_ca
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "etcd", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["etcd"], flags)}]},
}

test_fail if {
	every flags in [["--trusted-ca-file=/etc/kubernetes/pki/ca.crt"]] {
		rs := etcd_own_ca.deny with input as process(flags)
		{r.msg | some r in rs} == {"etcd trusts the cluster's own CA"}
	}
}

test_pass if {
	every flags in [[], ["--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt"]] {
		rs := etcd_own_ca.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := etcd_own_ca.deny with input as pod
		count(rs) == 0
	}
}
