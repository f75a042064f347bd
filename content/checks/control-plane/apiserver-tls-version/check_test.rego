package seawall.checks.apiserver_tls_version_test

import data.seawall.checks.apiserver_tls_version
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--tls-min-version=VersionTLS10"]] {
		rs := apiserver_tls_version.deny with input as process(flags)
		{r.msg | some r in rs} == {"TLS older than 1.2 is accepted"}
	}
}

test_pass if {
	every flags in [[], ["--tls-min-version=VersionTLS13"]] {
		rs := apiserver_tls_version.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_tls_version.deny with input as pod
		count(rs) == 0
	}
}
