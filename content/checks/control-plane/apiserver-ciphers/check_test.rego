package seawall.checks.apiserver_ciphers_test

import data.seawall.checks.apiserver_ciphers
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA"]] {
		rs := apiserver_ciphers.deny with input as process(flags)
		{r.msg | some r in rs} == {"Weak cipher suites are accepted"}
	}
}

test_pass if {
	every flags in [[], ["--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256"]] {
		rs := apiserver_ciphers.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_ciphers.deny with input as pod
		count(rs) == 0
	}
}
