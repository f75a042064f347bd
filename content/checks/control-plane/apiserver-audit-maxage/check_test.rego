package seawall.checks.apiserver_audit_maxage_test

import data.seawall.checks.apiserver_audit_maxage
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--audit-log-path=/x"], ["--audit-log-path=/x", "--audit-log-maxage=29"]] {
		rs := apiserver_audit_maxage.deny with input as process(flags)
		{r.msg | some r in rs} == {"The audit log is kept for less than 30 days"}
	}
}

test_pass if {
	every flags in [["--audit-log-path=/x", "--audit-log-maxage=30"], []] {
		rs := apiserver_audit_maxage.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_audit_maxage.deny with input as pod
		count(rs) == 0
	}
}
